// The versions of the model. Both deployments ask before.

import { act } from "./action.js";
import { byId, el, known, say } from "./dom.js";
import { get } from "./server.js";
import { watch } from "./watch.js";
import { count, moment, score } from "./words.js";

const SECONDS = 30;
const rows = new Map(); // version → its row, whose button keeps the focus

function scores({ accuracy, macro_f1 }) {
  const known = accuracy !== null && macro_f1 !== null;
  return known ? `accuracy ${score(accuracy)}, macro-F1 ${score(macro_f1)}` : "of unknown scores";
}

function started({ run }) {
  return [`Started ${run}. `, el("a", { href: `/executions/${encodeURIComponent(run)}` }, "Follow it")];
}

function rollBack(version, serving) {
  const now = serving ? `Version ${serving.number} serves now (${scores(serving)}).` : "";
  return act({
    question: {
      title: `Roll back to version ${version.number}?`,
      sentences: [
        ...(now ? [now] : []),
        `Version ${version.number} (${scores(version)}) is deployed again, without a training.`,
      ],
      verb: "Roll back",
    },
    path: "/api/rollbacks",
    body: () => ({ version: version.number }),
    doing: "Starting the rollback",
    done: started,
  });
}

function rowOf(version, serving) {
  const { number, status, run, origin, accuracy, macro_f1, created, serves, can_be_deployed } = version;
  const button = el("button", { type: "button", class: "plain", "aria-label": `Roll back to version ${number}` }, "Roll back");
  button.hidden = !can_be_deployed;
  button.addEventListener("click", () => rollBack(version, serving));
  return el(
    "tr",
    {},
    el("th", { scope: "row" }, String(number)),
    el("td", { class: "text" }, known(status)),
    el("td", { class: "text" }, known(run)),
    el("td", { class: "text" }, origin),
    el("td", {}, known(accuracy, score)),
    el("td", {}, known(macro_f1, score)),
    el("td", { class: "text" }, moment(created)),
    el("td", { class: "text" }, ...(serves ? [el("b", {}, "serves now")] : [button])),
  );
}

async function refresh() {
  const { versions, sources } = await get("/api/models");
  const serving = versions.find(({ serves }) => serves);
  for (const version of versions) {
    const seen = JSON.stringify([version, serving]);
    if (rows.get(version.number)?.seen !== seen) rows.set(version.number, { seen, row: rowOf(version, serving) });
  }
  const wanted = versions.map(({ number }) => rows.get(number).row);
  const shown = [...byId("versions").rows];
  if (wanted.length !== shown.length || wanted.some((row, at) => row !== shown[at])) {
    byId("versions").replaceChildren(...wanted);
  }
  say(byId("status"), versions.length ? `${count(versions.length, "version", "versions")}.` : "There are no versions yet.");
  showSources(sources);
  return SECONDS;
}

function showSources(sources) {
  byId("promotion").hidden = !sources.length;
  if (byId("source").options.length !== sources.length) {
    byId("source").replaceChildren(...sources.map((name) => el("option", {}, name)));
  }
}

byId("promote").addEventListener("submit", (event) => {
  event.preventDefault();
  const source = byId("source").value;
  const model = byId("model").value.trim();
  act({
    question: {
      title: `Promote ${model} of ${source}?`,
      sentences: ["Its artefact is copied here and deployed, if it passes the gate and the approval."],
      verb: "Promote",
    },
    path: "/api/promotions",
    body: () => ({ source, model }),
    doing: "Starting the promotion",
    done: started,
  });
});

watch(refresh);
