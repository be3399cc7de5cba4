// What the page says, in the reader's language. The keys of a catalog are the English sentences;
// the server says its reasons by the same one.

const KEY = "whoknows.language";
export const LANGUAGES =
  { en: "English", ar: "العربية", el: "Ελληνικά", sv: "Svenska", zh: "中文" };
const FROM_THE_RIGHT = ["ar"];

// A browser may be set to keep nothing: then the page is in the first of its languages.
function remembered() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

function keep(code) {
  try {
    localStorage.setItem(KEY, code);
    return true;
  } catch {
    return false;
  }
}

function chosen() {
  const known = (code) => Object.hasOwn(LANGUAGES, code);
  const wanted = navigator.languages.map((tag) => tag.toLowerCase().split("-")[0]);
  return [remembered(), ...wanted].find(known) || "en";
}

export const spoken = chosen();
// With the digits that the server's reasons have.
export const locale = `${spoken}-u-nu-latn`;

async function catalogOf(code) {
  if (code === "en") return {};
  try {
    const answer = await fetch(`/web/${code}.json`);
    return answer.ok ? await answer.json() : {};
  } catch {
    // What cannot be said in another language is said in English.
    return {};
  }
}

const catalog = await catalogOf(spoken);
const plurals = new Intl.PluralRules(spoken);
const counted = (number) => Number(number?.textContent ?? number);

// A sentence with its values in its gaps. They may be elements: then it comes in parts, for `el`
// and `fill`. Where there is an `n`, it decides between one and more; `one` is English for one.
export function say(form, values = {}, one = form) {
  const found = catalog[form] ?? (counted(values.n) === 1 ? one : form);
  const words = typeof found === "string" ? found : found[plurals.select(counted(values.n))];
  const parts = words.split(/\{(\w+)\}/).map((part, place) => (place % 2 ? values[part] : part));
  return parts.some((part) => part !== null && typeof part === "object") ? parts : parts.join("");
}

const inner = (text) => text.trim().replace(/\s+/g, " ");

// What stands in the page itself, before anything is shown in it.
function sayAll(root) {
  const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const { data } = texts.currentNode;
    const words = inner(data);
    if (words) texts.currentNode.data = data.replace(data.trim(), () => say(words));
  }
  for (const name of ["placeholder", "aria-label"]) {
    for (const node of root.querySelectorAll(`[${name}]`)) {
      node.setAttribute(name, say(inner(node.getAttribute(name))));
    }
  }
}

export function setUpSpeech() {
  document.documentElement.lang = spoken;
  document.documentElement.dir = FROM_THE_RIGHT.includes(spoken) ? "rtl" : "ltr";
  if (spoken !== "en") sayAll(document.body);
  const field = document.getElementById("language");
  for (const [code, name] of Object.entries(LANGUAGES)) {
    const choice = new Option(name, code, false, code === spoken);
    choice.lang = code;
    field.append(choice);
  }
  field.addEventListener("change", () => {
    if (keep(field.value)) location.reload();
    else field.value = spoken;
  });
}
