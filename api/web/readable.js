// A body as its author meant it to be read: text without marks, and never markup of its own.

const FENCE = /^\s{0,3}(?:```|~~~)/;
const RULE = /^\s{0,3}(?:(?:-\s*){3,}|(?:\*\s*){3,}|(?:_\s*){3,})$/;
const tableRule = (text) => /^[\s:|-]+$/.test(text) && text.includes("|") && text.includes("-");

// Each pattern stops at the mark that it begins with, so that no body makes them slow.
function line(text) {
  if (RULE.test(text)) return "";
  return text
    .replace(/^\s{0,3}#{1,6}\s+(.*?)\s*#*$/, "$1")
    .replace(/^\s{0,3}(?:>\s?)+/, "│ ")
    .replace(/^((?:│ )?\s*)[-*+]\s+/, "$1• ")
    .replace(/^\s*\|(.*)\|\s*$/, (_, cells) => cells.trim());
}

function marks(text) {
  const strong = /(?<!\\)(\*\*|__|~~)([^*_~\s](?:[^*_~\n]*[^*_~\s])?)\1/g;
  const weak = /(?<![\p{L}\p{N}*_\\])([*_])([^*_\s](?:[^*_\n]*[^*_\s])?)\1(?![\p{L}\p{N}*_])/gu;
  return text
    .replace(/!\[([^[\]\n]*)\]\([^()\n]*\)/g, "$1")
    .replace(/\[([^[\]\n]*)\]\(<?([^()\s<>]*)>?(?:\s+"[^"\n]*")?\)/g, (_, words, address) =>
      (words === address || !words ? address : `${words} (${address})`))
    .replace(/<(https?:[^<>\s]*)>/g, "$1")
    .replace(strong, "$2").replace(weak, "$2").replace(strong, "$2")
    .replace(/\\([!-/:-@[-`{-~])/g, "$1");
}

function unmarked(text) {
  let fenced = false;
  const lines = [];
  for (const written of text.split("\n")) {
    if (FENCE.test(written)) fenced = !fenced;
    else if (fenced) lines.push(written);
    else if (tableRule(written)) continue;
    // What stands between backquotes is meant to the letter.
    else lines.push(line(written).split(/`+([^`]+)`+/).map((part, place) =>
      (place % 2 ? part : marks(part))).join(""));
  }
  return lines.join("\n").replace(/\n{3,}/g, "\n\n").trim();
}

function withoutTags(text) {
  // A parsed document runs no script and loads no picture.
  const { body } = new DOMParser().parseFromString(text, "text/html");
  for (const node of body.querySelectorAll("script, style")) node.remove();
  for (const node of body.querySelectorAll("li")) node.prepend("• ");
  for (const node of body.querySelectorAll("br, p, li, div, pre, blockquote, tr, h1, h2, h3, h4")) {
    node.after("\n");
  }
  return body.textContent.replace(/\n{3,}/g, "\n\n").trim();
}

export function plain(post) {
  if (post.body_format === "html") return withoutTags(post.body);
  return post.body_format === "markdown" ? unmarked(post.body) : post.body;
}
