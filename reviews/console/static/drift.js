// The reports about drift; another one can be started.

import { act } from "./action.js";
import { byId, el, known, say } from "./dom.js";
import { showReports } from "./reports.js";
import { get } from "./server.js";
import { watch } from "./watch.js";
import { driftOf, kindOfDrift, score, sign } from "./words.js";

const SECONDS = 30;
const DIGITS = 3; // of a p-value

function row({ title, drifted, shift, least_shift, p_value, sentence }) {
  const kind = drifted ? "failed" : "done";
  return el(
    "tr",
    {},
    el("th", { scope: "row" }, title),
    el("td", { class: `text ${kind}` }, `${sign(kind)} ${drifted ? "drift" : "no drift"}`),
    el("td", {}, known(shift, score)),
    el("td", {}, known(least_shift, score)),
    el("td", {}, known(p_value, (value) => value.toPrecision(DIGITS))),
    el("td", { class: "text latest" }, sentence),
  );
}

function showNewest(newest) {
  say(byId("status"), newest ? driftOf(newest) : "There is no report yet: it is not known.");
  byId("status").className = `headline ${newest ? kindOfDrift(newest.verdict) : ""}`;
  say(byId("run"), newest ? `The model that served: of ${newest.run}` : "");
  byId("findings").hidden = !newest?.findings.length;
  byId("quantities").replaceChildren(...(newest?.findings ?? []).map(row));
}

async function refresh() {
  const { names, newest } = await get("/api/drift");
  showNewest(newest);
  const reports = names.map((name) => ({ name, title: `Report ${name}`, address: `/drift/${encodeURIComponent(name)}` }));
  showReports(byId("reports"), reports);
  return SECONDS;
}

byId("compare").addEventListener("click", () =>
  act({
    question: {
      title: "Compare now?",
      sentences: [
        "A processing job compares the newest captured requests with the baseline; it costs what its instance costs.",
      ],
      verb: "Compare",
    },
    path: "/api/drift",
    doing: "Starting the comparison",
    done: ({ execution }) => `Started ${execution}. Its report is listed here when it has ended.`,
  }),
);

watch(refresh);
