// Dialogs. Each is a step in the browser's history, so that Back leaves it and not the page.

import { el, fill, loading } from "./words.js";

const reader = document.getElementById("thread");
const title = document.getElementById("thread-title");
const body = document.getElementById("thread-posts");
const steps = [];
const depth = () => history.state?.dialog ?? 0;

export function openDialog(dialog, show) {
  steps.length = depth();
  steps.push({ dialog, show });
  history.pushState({ dialog: steps.length }, "");
  if (!dialog.open) dialog.showModal();
  show();
}

// One dialog for threads and people; `show` writes it, again where Back returns to it. What is
// written too late, when the dialog shows something else, goes into parts that hang nowhere.
export function openReader(heading, show) {
  openDialog(reader, () => {
    const [place, name] = [el("div", {}, loading()), el("span", {}, heading)];
    fill(title, name);
    fill(body, place);
    reader.scrollTop = 0;
    show(place, name);
  });
}

export function setUpDialogs() {
  // A dialog does not survive that the page is loaded anew; its step in the history does.
  if (depth()) history.replaceState(null, "");
  window.addEventListener("popstate", () => {
    const step = steps[depth() - 1];
    steps.length = Math.min(steps.length, depth());
    for (const open of document.querySelectorAll("dialog[open]")) {
      if (open !== step?.dialog) open.close();
    }
    if (step?.dialog.open) step.show();
  });
  for (const dialog of document.querySelectorAll("dialog")) {
    dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
    // A click on the backdrop is a click on the dialog itself.
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog) dialog.close();
    });
    dialog.addEventListener("close", () => {
      if (depth()) history.go(-depth());
    });
  }
}
