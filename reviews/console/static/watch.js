// Polls while the page is visible.

import { byId, say } from "./dom.js";

/** Calls `refresh` now, and again after as many seconds as it returns. */
export async function watch(refresh) {
  let seconds = 5;
  try {
    if (document.visibilityState === "visible") seconds = await refresh();
    problem("");
  } catch (error) {
    problem(error.message);
  }
  setTimeout(() => watch(refresh), 1000 * seconds);
}

/** Shows an error at the top of the page, until the next success. */
export function problem(text) {
  say(byId("problem"), text);
}
