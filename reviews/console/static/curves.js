// The curves of a training as SVG, with the numbers in a table.

import { el, svg, table } from "./dom.js";

const WIDTH = 640;
const HEIGHT = 180;
const isLoss = (name) => name.endsWith(":loss");
const CHARTS = [
  { title: "Loss", has: isLoss, top: null },
  { title: "Validation", has: (name) => !isLoss(name), top: 1 },
];
let shown = "";

export function showCurves(place, { steps, points }) {
  const seen = JSON.stringify(points);
  if (seen === shown || seen === "{}") return;
  shown = seen;
  const open = [...place.querySelectorAll("details")].map((details) => details.open);
  const charts = CHARTS.map((chart) => ({ ...chart, names: Object.keys(points).filter(chart.has) }));
  place.replaceChildren(
    ...charts.filter(({ names }) => names.length).map((chart) => chartOf(chart, points, steps)),
  );
  place.querySelectorAll("details").forEach((details, at) => (details.open = open[at] ?? false));
}

function chartOf({ title, names, top }, points, steps) {
  const values = names.flatMap((name) => points[name].map(([, value]) => value));
  const highest = top ?? Math.max(...values, 0.01);
  const last = Math.max(steps, ...names.flatMap((name) => points[name].map(([step]) => step)), 1);
  const place = ([step, value]) => [(WIDTH * step) / last, HEIGHT * (1 - value / highest)];
  const newest = names.map((name) => `${name} ${points[name].at(-1)[1]} at step ${points[name].at(-1)[0]}`);
  return el(
    "figure",
    {},
    el("figcaption", {}, el("b", {}, title), ...names.map((name, at) => keyOf(name, at, points))),
    svg(
      "svg",
      {
        viewBox: `-6 -8 ${WIDTH + 12} ${HEIGHT + 30}`,
        class: "chart",
        role: "img",
        "aria-label": `${title} by step; newest: ${newest.join(", ")}`,
      },
      ...[0, 0.5, 1].map((share) => gridOf(share, highest)),
      ...names.flatMap((name, at) => curveOf(points[name].map(place), at)),
      svg("text", { x: 0, y: HEIGHT + 16 }, "step 0"),
      svg("text", { x: WIDTH, y: HEIGHT + 16, "text-anchor": "end" }, String(last)),
    ),
    numbersOf(title, names, points),
  );
}

/** The key of a curve: its line style and its newest value. */
function keyOf(name, at, points) {
  const line = svg("line", { x1: 0, y1: 6, x2: 26, y2: 6, class: `curve curve-${at}` });
  const sample = svg("svg", { width: 26, height: 12, "aria-hidden": "true" }, line, pointOf([13, 6], at));
  return el("span", { class: "key" }, sample, ` ${name} ${points[name].at(-1)[1]}`);
}

function gridOf(share, highest) {
  const y = HEIGHT * (1 - share);
  return svg(
    "g",
    {},
    svg("line", { x1: 0, y1: y, x2: WIDTH, y2: y, class: "grid" }),
    svg("text", { x: 2, y: share === 1 ? y + 14 : y - 3 }, (share * highest).toFixed(2)),
  );
}

function curveOf(places, at) {
  const path = places.map((place) => place.map((part) => part.toFixed(1)).join(",")).join(" ");
  return [
    svg("polyline", { points: path, class: `curve curve-${at}` }),
    ...places.map((place) => pointOf(place, at)),
  ];
}

function pointOf([x, y], at) {
  return at === 0
    ? svg("circle", { cx: x, cy: y, r: 2.5, class: "point point-0" })
    : svg("rect", { x: x - 4, y: y - 4, width: 8, height: 8, class: "point point-1" });
}

function numbersOf(title, names, points) {
  const steps = [...new Set(names.flatMap((name) => points[name].map(([step]) => step)))];
  const rows = steps
    .sort((one, other) => one - other)
    .map((step) => [String(step), ...names.map((name) => valueAt(points[name], step))]);
  return el(
    "details",
    {},
    el("summary", {}, `Numbers of ${title.toLowerCase()}`),
    table(["step", ...names], rows, `Numbers of ${title.toLowerCase()}`),
  );
}

function valueAt(points, wanted) {
  const found = points.find(([step]) => step === wanted);
  return found ? String(found[1]) : "";
}
