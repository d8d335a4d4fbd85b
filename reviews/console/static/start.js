// The form that starts a run. What is wrong with a field is said beside it.

import { byId, el, say } from "./dom.js";
import { get, postFile } from "./server.js";
import { problem } from "./watch.js";
import { count } from "./words.js";

const form = byId("start");
const defaults = new Map(); // field → the value of the settings, which is not sent
let isSending = false;

async function fill() {
  try {
    const { columns, base_model, max_rejected_share, training } = await get("/api/form");
    for (const one of training) byId("training").append(fieldOf(one));
    const values = { ...columns, base_model, max_rejected_share };
    for (const { name, value } of training) values[name] = value;
    for (const [name, value] of Object.entries(values)) {
      defaults.set(name, String(value));
      byId(name).value = value;
    }
  } catch (error) {
    problem(error.message);
  }
}

/** A field with its explanation, and a place for what is wrong with it. */
function fieldOf({ name, meaning, allowed }) {
  return el(
    "div",
    { class: "field" },
    el("label", { for: name }, name),
    el("input", { id: name, name, type: "text", "aria-describedby": `about-${name} wrong-${name}` }),
    el("p", { class: "note", id: `about-${name}` }, `${meaning}; ${allowed}`),
    el("p", { class: "wrong", id: `wrong-${name}` }),
  );
}

/** The fields that differ from the settings. */
function given() {
  const fields = { file: byId("file").files[0]?.name ?? "" };
  if (byId("name").value) fields.name = byId("name").value;
  if (byId("detect_columns").checked) fields.detect_columns = "true";
  for (const [name, value] of defaults) {
    if (byId(name).value !== value) fields[name] = byId(name).value;
  }
  return fields;
}

function showFields(fields) {
  for (const place of form.querySelectorAll(".wrong")) {
    const name = place.id.replace("wrong-", "");
    say(place, fields[name] ?? "");
    if (fields[name]) byId(name).setAttribute("aria-invalid", "true");
    else byId(name).removeAttribute("aria-invalid");
  }
  const first = form.querySelector("[aria-invalid]");
  const folded = first?.closest("details");
  if (folded) folded.open = true;
  first?.focus();
}

function showRefusal({ message, fields }) {
  const wrong = Object.keys(fields).length;
  say(byId("status"), "");
  showFields(fields);
  say(byId("start-problem"), wrong ? `Not started: ${count(wrong, "field is", "fields are")} invalid.` : message);
}

function showStarted({ run, notes }) {
  const link = el("a", { href: `/executions/${encodeURIComponent(run)}` }, `Follow ${run}`);
  say(byId("status"), `Started ${run}.`);
  byId("started").replaceChildren(...notes.map((note) => el("p", {}, note)), el("p", {}, link));
  link.focus();
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (isSending) return;
  isSending = true;
  say(byId("start-problem"), "");
  showFields({});
  byId("started").replaceChildren();
  say(byId("status"), "Checking the file and uploading it");
  try {
    showStarted(await postFile("/api/executions", given(), byId("file").files[0] ?? new Blob()));
  } catch (error) {
    showRefusal(error);
  }
  isSending = false;
});

fill();
