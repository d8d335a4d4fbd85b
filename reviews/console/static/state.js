// The details of the chosen state: each visit with its input, output and failures.

import { el, scrolling } from "./dom.js";
import { boxId } from "./graph.js";
import { get } from "./server.js";
import { problem } from "./watch.js";
import { clock, count, moment, pretty, sign } from "./words.js";

export class StateView {
  constructor(place, api) {
    this.place = place;
    this.api = api;
    this.name = "";
    this.seen = "";
  }

  /** Shows a state and moves the focus there. */
  async choose(name) {
    this.name = name;
    try {
      await this.load();
      this.place.querySelector("h3").focus();
    } catch (error) {
      problem(error.message);
    }
  }

  /** Loads the state again if its visits have changed. */
  async update({ states }) {
    const seen = JSON.stringify(states[this.name] ?? null);
    if (this.name && seen !== this.seen) await this.load();
    this.seen = seen;
  }

  async load() {
    const state = await get(`${this.api}/states/${encodeURIComponent(this.name)}`);
    const open = new Set([...this.place.querySelectorAll("details[open]")].map(({ id }) => id));
    this.place.replaceChildren(...parts(state));
    for (const details of this.place.querySelectorAll("details")) {
      if (open.has(details.id)) details.open = true;
    }
  }
}

function parts({ name, definition, visits, shown }) {
  const older = visits > shown.length ? `, the newest ${shown.length} of them below` : "";
  const times = visits ? `${count(visits, "visit", "visits")}${older}` : "It was not reached.";
  return [
    el("h3", { tabindex: -1 }, name),
    el("p", { class: "note" }, `${definition.Type}. ${times}`),
    ...shown.map((visit, at) => visitOf(visit, at === 0)),
    el(
      "details",
      { id: "definition" },
      el("summary", {}, "Definition"),
      text("Definition", JSON.stringify(definition)),
    ),
    el("p", {}, el("a", { href: `#${boxId(name)}` }, "Back to the graph")),
  ];
}

function visitOf({ number, status, came_from, entered, exited, input, output, failures }, isOpen) {
  const took = exited ? `, took ${clock(entered, exited)}` : "";
  const from = came_from ? ` from ${came_from}` : "";
  return el(
    "details",
    { id: `visit-${number}`, open: isOpen },
    el("summary", { class: status.replace(" ", "-") }, `${sign(status)} Visit ${number}: ${status}${took}`),
    el("p", { class: "note" }, `Entered${from}, ${moment(entered)}`),
    ...failures.flatMap(failureOf),
    ...named("Input", input),
    ...named("Output", output),
  );
}

function failureOf({ error, cause, at }) {
  return [
    el("h4", {}, "Error"),
    el("p", {}, el("b", {}, error), `, ${moment(at)}`),
    el("pre", { class: "problem" }, pretty(cause)),
  ];
}

function named(title, content) {
  return content ? [el("h4", {}, title), text(title, content)] : [];
}

function text(title, content) {
  return scrolling(title, el("pre", {}, pretty(content)));
}
