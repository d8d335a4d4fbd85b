// The training jobs of an execution that tunes, with the values that each has tried.

import { byId, el, known, say } from "./dom.js";
import { clock, score } from "./words.js";

/** `tuning` is null for an execution that trains once. */
export function showTuning(tuning, now) {
  byId("tuning").hidden = !tuning;
  if (!tuning) return;
  const { name, strategy, most, jobs } = tuning;
  say(byId("tuning-note"), `${name}: ${strategy}, ${jobs.length} of ${most} training jobs started`);
  const tuned = [...new Set(jobs.flatMap(({ values }) => Object.keys(values)))];
  const heads = ["training job", ...tuned, "macro-F1", "took", "status"];
  byId("tuning-head").replaceChildren(
    el("tr", {}, ...heads.map((head) => el("th", { scope: "col" }, head))),
  );
  byId("tuning-jobs").replaceChildren(...jobs.map((job) => row(job, tuned, now)));
}

function row({ name, status, values, macro_f1, began, ended, best }, tuned, now) {
  return el(
    "tr",
    {},
    el("th", { scope: "row" }, name),
    ...tuned.map((one) => el("td", {}, `${values[one] ?? ""}`)),
    el("td", {}, known(macro_f1, score)),
    el("td", {}, clock(began, ended ?? now)),
    el("td", { class: "text" }, best ? `${status}, the best` : status),
  );
}
