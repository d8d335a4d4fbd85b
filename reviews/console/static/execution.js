// One execution: gets its document again and again, and passes it to the modules of its parts.

import { showCurves } from "./curves.js";
import { byId, el, known, say, terms } from "./dom.js";
import { Graph } from "./graph.js";
import { showReports } from "./reports.js";
import { get } from "./server.js";
import { StateView } from "./state.js";
import { offer, steer } from "./steering.js";
import { showTuning } from "./tuning.js";
import { watch } from "./watch.js";
import { clock, kindOf, moment, pretty, score, sign } from "./words.js";

const NAME = decodeURIComponent(location.pathname.split("/").pop());
const API = `/api/executions/${encodeURIComponent(NAME)}`;
const state = new StateView(byId("state"), API);
let graph;
let progress = "";
let run = {};

byId("name").textContent = NAME;
document.title = `${NAME}: ${document.title}`;
byId("compare").href = `/compare?first=${encodeURIComponent(NAME)}`;
steer(NAME, API, scoresOfModel);

async function refresh() {
  const execution = await get(API);
  showHead(execution);
  offer(execution.actions);
  showFailure(execution);
  byId("steps").replaceChildren(...execution.steps.map((step) => stepRow(step, execution.now)));
  showTuning(execution.tuning, execution.now);
  graph ??= new Graph(byId("graph"), await get(`${API}/graph`), (name) => state.choose(name));
  graph.update(execution);
  await Promise.all([
    state.update(execution),
    get(`${API}/curves`).then((curves) => showCurves(byId("curves"), curves)),
    refreshResults(execution.steps),
  ]);
  return execution.finished ? 15 : 2; // a finished one may be redriven
}

/** New results exist only when the state of a step has changed. */
async function refreshResults(steps) {
  const now = steps.map(({ state }) => state).join();
  if (now === progress) return;
  const [found, reports] = await Promise.all([get(`${API}/run`), get(`${API}/reports`)]);
  showRun(found);
  const address = (name) => `/reports/${encodeURIComponent(NAME)}/${name}`;
  showReports(byId("reports"), reports.map((one) => ({ ...one, address: address(one.name) })));
  progress = now;
}

function showRun(found) {
  run = found;
  byId("run").replaceChildren(
    ...terms([
      ["data", known(run.reviews)],
      ["base model", known(run.base_model)],
      ["accuracy", known(run.accuracy, score)],
      ["macro-F1", known(run.macro_f1, score)],
    ]),
  );
}

function scoresOfModel() {
  if (run.accuracy == null || run.macro_f1 == null) return "Its scores are not known.";
  return `Its accuracy is ${score(run.accuracy)}, its macro-F1 ${score(run.macro_f1)}.`;
}

function showHead({ status, began, ended, now, steps }) {
  const kind = kindOf(status);
  const step = steps.find(({ state }) => state === "running");
  say(byId("status"), `${sign(kind)} ${status}${step ? `: ${step.title}` : ""}`);
  byId("status").className = `headline ${kind}`;
  say(byId("times"), `Started ${moment(began)}, ${ended ? "took" : "running for"} ${clock(began, ended ?? now)}`);
}

function showFailure({ error, cause }) {
  byId("failure").hidden = !error && !cause;
  byId("failure-content").replaceChildren(
    el("dl", {}, el("dt", {}, "error"), el("dd", {}, error)),
    el("pre", { class: "problem" }, pretty(cause)),
  );
}

function stepRow({ title, state, began, ended, job, fraction, latest }, now) {
  const done = state === "running" && fraction !== null ? ` ${Math.round(100 * fraction)}%` : "";
  return el(
    "tr",
    {},
    el("th", { scope: "row" }, title),
    el("td", { class: `text ${state}` }, `${sign(state)} ${state}${done}`),
    el("td", {}, began ? clock(began, ended ?? now) : ""),
    el("td", { class: "text latest" }, el("span", { class: "job" }, job), " ", latest),
  );
}

watch(refresh);
