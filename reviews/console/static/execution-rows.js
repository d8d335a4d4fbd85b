// The rows of executions in a table.

import { el, known } from "./dom.js";
import { clock, kindOf, lastPart, moment, score, sign } from "./words.js";

export class ExecutionRows {
  constructor() {
    this.rows = new Map();
  }

  get size() {
    return this.rows.size;
  }

  /** Updates the rows of executions that are shown; returns the rows of the others. */
  take({ executions, now }) {
    const fresh = [];
    for (const execution of executions) {
      const made = rowOf(execution, now);
      const old = this.rows.get(execution.name);
      if (old) replaceCells(old, made);
      else {
        this.rows.set(execution.name, made);
        fresh.push(made);
      }
    }
    return fresh;
  }
}

/** How many of the executions are running, and how many of these wait for a person. */
export function summary(executions) {
  const running = executions.filter(({ status }) => kindOf(status) === "running").length;
  const waiting = executions.filter(({ waits }) => waits).length;
  const approval = waiting ? ` ${waiting} ${waiting === 1 ? "waits" : "wait"} for approval.` : "";
  return `${running} ${running === 1 ? "is" : "are"} running.${approval}`;
}

/** The link is not replaced, so that it keeps the focus. */
function replaceCells(old, made) {
  [...made.cells].slice(1).forEach((cell, at) => old.cells[at + 1].replaceWith(cell));
}

function rowOf(execution, now) {
  const { name, status, began, ended, reviews, base_model, accuracy, macro_f1 } = execution;
  const kind = kindOf(status);
  return el(
    "tr",
    {},
    el("td", {}, el("a", { href: `/executions/${encodeURIComponent(name)}` }, name)),
    el("td", { class: `text ${kind}` }, statusOf(execution, kind)),
    el("td", { class: "text" }, known(reviews, lastPart)),
    el("td", { class: "text" }, known(base_model, lastPart)),
    el("td", {}, known(accuracy, score)),
    el("td", {}, known(macro_f1, score)),
    el("td", { class: "text" }, el("time", { datetime: began }, moment(began))),
    el("td", {}, clock(began, ended ?? now)),
  );
}

function statusOf({ status, step, waits }, kind) {
  const place = waits ? ": waits for approval" : step ? `: ${step}` : "";
  return `${sign(kind)} ${status}${place}`;
}
