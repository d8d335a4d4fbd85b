// One execution: gets its document again and again, and passes it to the modules of its parts.

import { showCurves } from "./curves.js";
import { byId, el, say } from "./dom.js";
import { Graph } from "./graph.js";
import { showReports } from "./reports.js";
import { get } from "./server.js";
import { StateView } from "./state.js";
import { watch } from "./watch.js";
import { clock, kindOf, moment, pretty, sign } from "./words.js";

const NAME = decodeURIComponent(location.pathname.split("/").pop());
const API = `/api/executions/${encodeURIComponent(NAME)}`;
const state = new StateView(byId("state"), API);
let graph;
let progress = "";

byId("name").textContent = NAME;
document.title = `${NAME}: ${document.title}`;

async function refresh() {
  const execution = await get(API);
  showHead(execution);
  showFailure(execution);
  byId("steps").replaceChildren(...execution.steps.map((step) => stepRow(step, execution.now)));
  graph ??= new Graph(byId("graph"), await get(`${API}/graph`), (name) => state.choose(name));
  graph.update(execution);
  await Promise.all([
    state.update(execution),
    get(`${API}/curves`).then((curves) => showCurves(byId("curves"), curves)),
    refreshReports(execution.steps),
  ]);
  return execution.finished ? 15 : 2; // a finished one may be redriven
}

/** New reports exist only when the state of a step has changed. */
async function refreshReports(steps) {
  const now = steps.map(({ state }) => state).join();
  if (now === progress) return;
  showReports(byId("reports"), NAME, await get(`${API}/reports`));
  progress = now;
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
