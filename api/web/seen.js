// Tells the server which threads of a feed came before somebody's eyes, so that new ideas go on to
// colleagues who have not seen them yet.

import { noteShown } from "./api.js";

// Half a card in sight for a second counts; what comes within another second goes along.
const HALF = 0.5;
const SECOND = 1000;

// A function that is given each card, with the id of its thread.
export function watchFor(me) {
  const ids = new Map();
  const looks = new Map();
  let seen = [];

  function tell() {
    const posts = seen;
    seen = [];
    // Nobody waits for it: where it fails, an idea is offered to one reader more.
    noteShown(me.id, posts).catch(() => {});
  }

  function saw(node) {
    observer.unobserve(node);
    if (!seen.length) setTimeout(tell, SECOND);
    seen.push(ids.get(node));
  }

  const observer = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      clearTimeout(looks.get(target));
      if (isIntersecting) looks.set(target, setTimeout(saw, SECOND, target));
    }
  }, { threshold: HALF });

  return (node, id) => {
    ids.set(node, id);
    observer.observe(node);
  };
}
