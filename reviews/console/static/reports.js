// The HTML reports, each in a sandbox of its own and fetched when it is opened.

import { el } from "./dom.js";

export function showReports(place, execution, reports) {
  for (const { name, title } of reports) {
    if (place.querySelector(`[data-report="${name}"]`)) continue;
    place.querySelector("p.note")?.remove();
    place.append(reportOf(`/reports/${encodeURIComponent(execution)}/${name}`, name, title));
  }
}

function reportOf(address, name, title) {
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
