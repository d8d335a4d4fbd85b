// Two runs side by side; the address names them.

import { byId, el, known, say, scrolling } from "./dom.js";
import { get } from "./server.js";
import { problem } from "./watch.js";
import { count } from "./words.js";

const FIELDS = ["first", "second"];
const form = byId("compare");

async function offerNames() {
  try {
    const { executions } = await get("/api/executions");
    byId("names").replaceChildren(...executions.map(({ name }) => el("option", { value: name })));
  } catch (error) {
    problem(error.message);
  }
}

async function compare() {
  const chosen = new URLSearchParams(location.search);
  for (const name of FIELDS) byId(name).value = chosen.get(name) ?? "";
  byId("result").hidden = true;
  if (!FIELDS.every((name) => chosen.get(name))) return;
  say(byId("status"), "Reading the runs");
  problem("");
  try {
    show(await get(`/api/comparison?${chosen}`));
  } catch (error) {
    say(byId("status"), "");
    problem(error.message);
  }
}

function show({ runs, settings, metrics }) {
  const [first, second] = runs;
  byId("metrics").replaceChildren(tableOf("metric", runs, metrics, true));
  const differing = Object.keys(settings).length;
  byId("settings").replaceChildren(
    differing ? tableOf("setting", runs, settings, false) : el("p", {}, "No setting differs."),
  );
  byId("result").hidden = false;
  say(byId("status"), `${first} and ${second} differ in ${count(differing, "setting", "settings")}.`);
}

function tableOf(title, runs, pairs, hasDifference) {
  const columns = [title, ...runs, ...(hasDifference ? ["difference"] : [])];
  const head = columns.map((name) => el("th", { scope: "col" }, name));
  const rows = Object.entries(pairs).map(([name, pair]) =>
    el(
      "tr",
      {},
      el("th", { scope: "row" }, name),
      ...pair.map((value) => el("td", {}, known(value, text))),
      ...(hasDifference ? [el("td", {}, difference(pair))] : []),
    ),
  );
  return scrolling(
    `${title}s`,
    el("table", {}, el("thead", {}, el("tr", {}, ...head)), el("tbody", {}, ...rows)),
  );
}

/** The second minus the first, with its sign; empty for what are no numbers. */
function difference([first, second]) {
  if (typeof first !== "number" || typeof second !== "number") return "";
  const value = second - first;
  const size = Number.isInteger(value) ? String(Math.abs(value)) : Math.abs(value).toFixed(4);
  return `${value < 0 ? "−" : "+"}${size}`;
}

function text(value) {
  if (typeof value === "number" && !Number.isInteger(value)) return String(Number(value.toPrecision(4)));
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const chosen = new URLSearchParams(FIELDS.map((name) => [name, byId(name).value]));
  history.pushState(null, "", `/compare?${chosen}`);
  compare();
});
addEventListener("popstate", compare);
offerNames();
compare();
