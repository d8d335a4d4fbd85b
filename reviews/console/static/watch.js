// Looks again and again, as long as the page is seen.

import { byId, say } from "./dom.js";

/** Calls `look` now, and again after as many seconds as it answers. */
export async function watch(look) {
  let seconds = 5;
  try {
    if (document.visibilityState === "visible") seconds = await look();
    problem("");
  } catch (error) {
    problem(error.message);
  }
  setTimeout(() => watch(look), 1000 * seconds);
}

/** Shows what went wrong on top of the page, until it is mended. */
export function problem(text) {
  say(byId("problem"), text);
}
