import { byId, say } from "./dom.js";
import { ExecutionRows, summary } from "./execution-rows.js";
import { get } from "./server.js";
import { problem, watch } from "./watch.js";
import { kindOf } from "./words.js";

const rows = new ExecutionRows();
let after = "";

async function refresh() {
  const page = await get("/api/executions");
  const isFirst = rows.size === 0;
  byId("executions").prepend(...rows.take(page));
  if (isFirst) setNextPage(page.after);
  say(byId("status"), rows.size ? summary(page.executions) : "There are no executions yet.");
  return page.executions.some(({ status }) => kindOf(status) === "running") ? 3 : 10;
}

function setNextPage(token) {
  after = token;
  byId("older").hidden = !token;
}

byId("older").addEventListener("click", async () => {
  try {
    const page = await get(`/api/executions?after=${encodeURIComponent(after)}`);
    byId("executions").append(...rows.take(page));
    setNextPage(page.after);
  } catch (error) {
    problem(error.message);
  }
});

watch(refresh);
