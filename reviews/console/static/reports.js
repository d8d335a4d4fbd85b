// The HTML reports, each in a sandbox of its own and fetched when it is opened.

import { el } from "./dom.js";

/** Adds the reports that are not shown yet, each at its place; those that are open stay open. */
export function showReports(place, reports) {
  let next = null;
  for (const report of reports.toReversed()) {
    const shown = place.querySelector(`[data-report="${CSS.escape(report.name)}"]`);
    place.querySelector("p.note")?.remove();
    next = shown ?? place.insertBefore(reportOf(report), next);
  }
}

function reportOf({ address, name, title }) {
  const details = el("details", { "data-report": name }, el("summary", {}, title));
  details.addEventListener("toggle", () => {
    if (!details.open || details.querySelector("iframe")) return;
    details.append(
      el("iframe", { src: address, title, sandbox: "" }),
      el("p", {}, el("a", { href: address, target: "_blank" }, `${title} in a tab of its own`)),
    );
  });
  return details;
}
