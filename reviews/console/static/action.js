// A button that changes something: asks, sends the request, and says what happened.

import { confirmation } from "./confirmation.js";
import { byId, say } from "./dom.js";
import { post } from "./server.js";

let isActing = false;

/** What follows a click. `question` is that of confirmation.js; `body` makes the request's document
 *  of the answer, `done` the texts and links of what the server has answered. */
export async function act({ question, path, body = () => ({}), doing, done }) {
  if (isActing) return;
  const answer = await confirmation(question);
  if (!answer) return;
  isActing = true;
  say(byId("action-problem"), "");
  say(byId("action-status"), doing);
  try {
    byId("action-status").replaceChildren(...[done(await post(path, body(answer)))].flat());
  } catch (error) {
    say(byId("action-status"), "");
    say(byId("action-problem"), error.message);
  }
  byId("action-status").focus(); // the button may be gone
  isActing = false;
}
