// Asks in a modal dialog before something is changed.

import { el } from "./dom.js";

/** The answer: {comment}, which is empty where none is asked for; or null if it was cancelled.
 *  `comment` is the label of a comment's field. */
export function confirmation({ title, sentences, verb, comment = "" }) {
  const text = el("textarea", { id: "comment", rows: 3, maxlength: 900 });
  const cancel = el("button", { type: "button", class: "plain" }, "Cancel");
  const confirm = el("button", { type: "button" }, verb);
  const dialog = el(
    "dialog",
    { "aria-labelledby": "dialog-title", "aria-describedby": "dialog-text" },
    el("h2", { id: "dialog-title" }, title),
    el("div", { id: "dialog-text" }, ...sentences.map((sentence) => el("p", {}, sentence))),
    ...(comment ? [el("label", { for: "comment" }, comment), text] : []),
    el("p", { class: "buttons" }, cancel, confirm),
  );
  return new Promise((resolve) => {
    let answer = null;
    cancel.addEventListener("click", () => dialog.close());
    confirm.addEventListener("click", () => {
      answer = { comment: text.value };
      dialog.close();
    });
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(answer);
    });
    document.body.append(dialog);
    dialog.showModal(); // the browser keeps the focus inside, and gives it back at the end
    (comment ? text : cancel).focus();
  });
}
