// The first page. Its parts are requested one by one: one that AWS refuses does not hide the others.

import { act } from "./action.js";
import { byId, el, known, say, terms } from "./dom.js";
import { ExecutionRows, summary } from "./execution-rows.js";
import { get } from "./server.js";
import { watch } from "./watch.js";
import { driftOf, kindOfDrift, moment, score } from "./words.js";

const NEWEST = 5;
const SECONDS = 15;
const SLOW = 4; // the slow parts are requested with every fourth refresh: they change by the minute
const ALARMS = { OK: ["done", "✓ OK"], ALARM: ["failed", "✗ ALARM"] };
const SLOW_PARTS = [
  ["traffic", showTraffic],
  ["drift", showDrift],
  ["alarms", showAlarms],
];
const rows = new ExecutionRows();
let refreshes = 0;

/** Requests a part of the page; what it cannot get is unknown, for the reason that the server gives. */
async function part(name, show) {
  const status = byId(`${name}-status`);
  try {
    say(status, show(await get(`/api/${name}`)));
    byId(name).hidden = false;
  } catch (error) {
    say(status, `Unknown: ${error.message}`);
    byId(name).hidden = true;
  }
}

function showServing({ serving, reason, is_stopped }) {
  byId("start-endpoint").hidden = !is_stopped;
  byId("serving").replaceChildren(...(serving ? terms(factsOf(serving)) : []));
  return serving ? `${serving.endpoint} is ${serving.status}.` : reason;
}

byId("start-endpoint").addEventListener("click", () =>
  act({
    question: {
      title: "Start the endpoint?",
      sentences: ["It is created as it was, which takes some minutes, and costs money until it is stopped."],
      verb: "Start",
    },
    path: "/api/endpoint/start",
    doing: "Starting the endpoint",
    done: ({ message }) => message,
  }),
);

function factsOf({ version, run, execution, deployed, changed, instances, config }) {
  const { number, status, origin, accuracy, macro_f1 } = version ?? {};
  return [
    ["model version", known(number), version ? ` (${status}, ${origin})` : ""],
    ["run", execution ? el("a", { href: `/executions/${encodeURIComponent(execution)}` }, run ?? execution) : known(run)],
    ["accuracy", known(accuracy, score)],
    ["macro-F1", known(macro_f1, score)],
    ["deployed", moment(deployed), `, as ${config}`],
    ["changed last", moment(changed)],
    ["instances", known(instances)],
  ];
}

function showTraffic(windows) {
  byId("traffic").tBodies[0].replaceChildren(...windows.map(windowRow));
  return windows.some(({ requests }) => requests !== null)
    ? ""
    : "CloudWatch has no data points of the last day: nobody has asked the endpoint, or there is none.";
}

function windowRow({ hours, requests, errors_4xx, errors_5xx }) {
  const cells = [requests, errors_4xx, errors_5xx].map((value) => el("td", {}, known(value)));
  return el("tr", {}, el("th", { scope: "row" }, hours === 1 ? "last hour" : `last ${hours} hours`), ...cells);
}

function showAlarms(alarms) {
  byId("alarms").tBodies[0].replaceChildren(...alarms.map(alarmRow));
  const ringing = alarms.filter(({ state }) => state === "ALARM").map(({ name }) => name);
  if (!alarms.length) return "There are no alarms.";
  return ringing.length ? `In alarm: ${ringing.join(", ")}.` : "None is in alarm.";
}

function alarmRow({ name, state, since, description }) {
  const [kind, text] = ALARMS[state] ?? ["waiting", `· ${state}`];
  return el(
    "tr",
    {},
    el("th", { scope: "row" }, name),
    el("td", { class: `text ${kind}` }, text),
    el("td", { class: "text" }, known(since, moment)),
    el("td", { class: "text latest" }, description),
  );
}

function showDrift({ newest }) {
  byId("drift-status").className = newest ? kindOfDrift(newest.verdict) : "";
  return newest ? driftOf(newest) : "Unknown: there is no report yet.";
}

function showExecutions({ executions, now }) {
  const body = byId("executions").tBodies[0];
  body.prepend(...rows.take({ executions: executions.slice(0, NEWEST), now }));
  while (body.rows.length > NEWEST) body.lastElementChild.remove();
  return executions.length ? summary(executions) : "There are no executions yet.";
}

async function refresh() {
  const slow = refreshes % SLOW === 0 ? SLOW_PARTS.map(([name, show]) => part(name, show)) : [];
  refreshes += 1;
  await Promise.all([part("serving", showServing), part("executions", showExecutions), ...slow]);
  return SECONDS;
}

watch(refresh);
