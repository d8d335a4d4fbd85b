import { byId, el, say } from "./dom.js";
import { get } from "./server.js";
import { problem, watch } from "./watch.js";
import { clock, count, kindOf, moment, sign } from "./words.js";

const rows = new Map();
let after = "";

function row({ name, status, began, ended }, now) {
  const link = el("a", { href: `/executions/${encodeURIComponent(name)}` }, name);
  const kind = kindOf(status);
  return el(
    "tr",
    {},
    el("td", {}, link),
    el("td", { class: `text ${kind}` }, `${sign(kind)} ${status}`),
    el("td", { class: "text" }, el("time", { datetime: began }, moment(began))),
    el("td", {}, clock(began, ended ?? now)),
  );
}

function show({ executions, now }) {
  for (const execution of executions) {
    const made = row(execution, now);
    const old = rows.get(execution.name);
    if (!old) continue;
    // The link is not replaced, so that it keeps the focus.
    [...made.cells].slice(1).forEach((cell, at) => old.cells[at + 1].replaceWith(cell));
  }
  const fresh = executions.filter(({ name }) => !rows.has(name));
  for (const execution of fresh) rows.set(execution.name, row(execution, now));
  return fresh.map(({ name }) => rows.get(name));
}

async function refresh() {
  const page = await get("/api/executions");
  const isFirst = rows.size === 0;
  byId("executions").prepend(...show(page));
  if (isFirst) setNextPage(page.after);
  const running = page.executions.filter(({ status }) => kindOf(status) === "running").length;
  say(byId("status"), rows.size ? `${count(running, "is", "are")} running.` : "There are no executions yet.");
  return running ? 3 : 10;
}

function setNextPage(token) {
  after = token;
  byId("older").hidden = !token;
}

byId("older").addEventListener("click", async () => {
  try {
    const page = await get(`/api/executions?after=${encodeURIComponent(after)}`);
    byId("executions").append(...show(page));
    setNextPage(page.after);
  } catch (error) {
    problem(error.message);
  }
});

watch(refresh);
