// Creates elements without parsing HTML, which the page's policy forbids.

const SVG = "http://www.w3.org/2000/svg";

export function el(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

export function svg(name, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, name), attributes, children);
}

export function byId(id) {
  return document.getElementById(id);
}

function filled(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children);
  return node;
}

/** Sets a text only when it has changed, so that screen readers announce it once. */
export function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** A value as a text; one that AWS does not give as a dash, which is read as "unknown". */
export function known(value, form = String) {
  if (value !== null && value !== undefined && value !== "") return form(value);
  return el("span", {}, el("span", { "aria-hidden": "true" }, "–"), el("span", { class: "unseen" }, "unknown"));
}

/** The terms and descriptions of a <dl>. */
export function terms(pairs) {
  return pairs.flatMap(([term, ...content]) => [el("dt", {}, term), el("dd", {}, ...content)]);
}

/** A box that scrolls, and can be reached by keyboard to do so. */
export function scrolling(label, ...children) {
  return el("div", { class: "wide", role: "region", "aria-label": label, tabindex: 0 }, ...children);
}

export function table(columns, rows, label) {
  const head = columns.map((name) => el("th", { scope: "col" }, name));
  const lines = rows.map((row) => el("tr", {}, ...row.map((cell) => el("td", {}, cell))));
  return scrolling(
    label,
    el("table", {}, el("thead", {}, el("tr", {}, ...head)), el("tbody", {}, ...lines)),
  );
}
