import { byId, say, table } from "./dom.js";
import { get, post } from "./server.js";
import { problem } from "./watch.js";
import { count } from "./words.js";

const form = byId("query");
let isQuerying = false;

async function showFirst() {
  try {
    const first = await get("/api/features");
    byId("sql").value ||= first.sql;
    show(first, "first", "First rows");
  } catch (error) {
    say(byId("first-status"), "");
    problem(error.message);
  }
}

function show({ columns, rows, more }, id, label) {
  const size = `${count(rows.length, "row", "rows")}, ${count(columns.length, "column", "columns")}`;
  say(byId(id === "first" ? "first-status" : "query-status"), `${size}${more ? "; there are more" : ""}`);
  byId(id).replaceChildren(table(columns, rows, label));
}

byId("whole").addEventListener("change", ({ target }) => {
  for (const place of [byId("first"), byId("answer")]) {
    place.className = target.checked ? "whole" : "cut";
  }
});

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (isQuerying) return;
  isQuerying = true;
  say(byId("query-status"), "Querying Athena");
  say(byId("query-problem"), "");
  byId("answer").replaceChildren();
  try {
    show(await post("/api/queries", { sql: byId("sql").value }), "answer", "Rows of the query");
  } catch (error) {
    say(byId("query-status"), "");
    say(byId("query-problem"), error.message);
  }
  isQuerying = false;
});

showFirst();
