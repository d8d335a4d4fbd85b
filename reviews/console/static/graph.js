// The state machine as SVG. Every box is a link to the details of its state.

import { svg } from "./dom.js";
import { count, sign } from "./words.js";

const LONGEST = 30; // characters that fit into a box
const ADDRESS = "#state=";

export function boxId(name) {
  return `box-${encodeURIComponent(name)}`;
}

export class Graph {
  constructor(place, { boxes, lines, width, height, box }, choose) {
    this.lines = lines.map((line) => ({ ...line, shape: lineOf(line) }));
    this.boxes = new Map(boxes.map((one) => [one.name, boxOf(one, box)]));
    place.replaceChildren(
      svg(
        "svg",
        { width, height, viewBox: `0 0 ${width} ${height}`, class: "graph" },
        arrowhead(),
        ...this.lines.map(({ shape }) => shape),
        ...[...this.boxes.values()].map(({ link }) => link),
      ),
    );
    // A click on the chosen state does not change the address, but shows its details, too.
    place.addEventListener("click", (event) => {
      const link = event.target.closest("a");
      if (link?.getAttribute("href") === location.hash) this.choose(choose);
    });
    addEventListener("hashchange", () => this.choose(choose));
    this.choose(choose);
  }

  choose(onChosen) {
    if (!location.hash.startsWith(ADDRESS)) return;
    const chosen = decodeURIComponent(location.hash.slice(ADDRESS.length));
    if (!this.boxes.has(chosen)) return;
    for (const [name, { link }] of this.boxes) {
      if (name === chosen) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    for (const { from, to, shape } of this.lines) {
      shape.classList.toggle("chosen", from === chosen || to === chosen);
    }
    onChosen(chosen);
  }

  update({ states, moves }) {
    const taken = new Set(moves.map((move) => move.join("\n")));
    for (const { from, to, shape } of this.lines) {
      shape.classList.toggle("taken", taken.has(`${from}\n${to}`));
    }
    for (const [name, { link, mark, type }] of this.boxes) {
      const { status, visits } = states[name] ?? { status: "waiting", visits: 0 };
      link.setAttribute("class", `box ${status.replace(" ", "-")}`);
      mark.textContent = sign(status);
      const summary = visits ? `${status}, ${count(visits, "visit", "visits")}` : "not reached";
      link.setAttribute("aria-label", `${name}, ${type}: ${summary}`);
    }
  }
}

function boxOf({ name, type, x, y }, { width, height }) {
  const mark = svg("text", { x: x + 12, y: y + height / 2 + 5, class: "mark" });
  const shown = name.length > LONGEST ? `${name.slice(0, LONGEST - 1)}…` : name;
  const link = svg(
    "a",
    { id: boxId(name), href: ADDRESS + encodeURIComponent(name), class: "box waiting" },
    svg("title", {}, name),
    svg("rect", { x, y, width, height, rx: type === "Choice" ? height / 2 : 6 }),
    mark,
    svg("text", { x: x + 32, y: y + height / 2 + 5 }, shown),
  );
  return { link, mark, type };
}

function lineOf({ path, kind, handling }) {
  const shape = svg("path", { d: path, "marker-end": "url(#arrowhead)" });
  shape.setAttribute("class", `line ${kind}${handling ? " handling" : ""}`);
  return shape;
}

function arrowhead() {
  const marker = {
    id: "arrowhead",
    viewBox: "0 0 10 10",
    refX: 9,
    refY: 5,
    markerWidth: 9,
    markerHeight: 9,
    markerUnits: "userSpaceOnUse",
    orient: "auto",
  };
  return svg("defs", {}, svg("marker", marker, svg("path", { d: "M0 0L10 5L0 10z" })));
}
