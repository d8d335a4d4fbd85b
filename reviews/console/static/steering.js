// The buttons that approve, reject, redrive and stop an execution.

import { act } from "./action.js";
import { byId } from "./dom.js";

const COMMENT = "Comment, which is stored with the model";

/** `scores` returns a sentence about the model. */
export function steer(name, api, scores) {
  const answer = (approved, verb, effect) => ({
    question: {
      title: `${verb} the model of ${name}?`,
      sentences: [scores(), effect],
      verb,
      comment: COMMENT,
    },
    path: `${api}/answer`,
    body: ({ comment }) => ({ approved, comment }),
    doing: "Sending the answer",
    done: ({ by }) => `${approved ? "Approved" : "Rejected"} by ${by}.`,
  });
  const actions = {
    approve: () => answer(true, "Approve", "The execution continues and deploys it to the endpoint."),
    reject: () => answer(false, "Reject", "The execution fails; the endpoint serves what it serves now."),
    redrive: () => ({
      question: {
        title: `Redrive ${name}?`,
        sentences: ["It continues with the step that failed, as a new attempt with the same input."],
        verb: "Redrive",
      },
      path: `${api}/redrive`,
      doing: "Redriving",
      done: () => `${name} continues.`,
    }),
    stop: () => ({
      question: {
        title: `Stop ${name}?`,
        sentences: ["The execution and its running jobs are stopped. A redrive continues it."],
        verb: "Stop the run",
      },
      path: `${api}/stop`,
      doing: "Stopping",
      done: ({ stopped_jobs }) =>
        `${name} is stopped${stopped_jobs.length ? `, and so is ${stopped_jobs.join(", ")}` : ""}.`,
    }),
  };
  for (const [id, action] of Object.entries(actions)) {
    byId(id).addEventListener("click", () => act(action()));
  }
}

/** Shows the buttons of what may be done now. */
export function offer(actions) {
  for (const id of ["approve", "reject"]) byId(id).hidden = !actions.includes("answer");
  for (const id of ["redrive", "stop"]) byId(id).hidden = !actions.includes(id);
}
