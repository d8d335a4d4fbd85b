import { byId, el, say } from "./dom.js";
import { post } from "./server.js";
import { problem } from "./watch.js";

const MOST = 10; // words in the table
const SMALLEST = 0.0005; // the smallest effect that is not shown as 0.000
const LEAST = 0.05; // the share of the largest effect below which a word is not marked
let isPredicting = false;

byId("ask").addEventListener("submit", async (event) => {
  event.preventDefault();
  if (isPredicting) return;
  isPredicting = true;
  say(byId("status"), "Predicting");
  problem("");
  try {
    show(await post("/api/predictions", { text: byId("text").value }));
  } catch (error) {
    say(byId("status"), "");
    problem(error.message);
  }
  isPredicting = false;
});

function show({ prediction, words }) {
  say(byId("status"), `It is ${prediction.label}, with a probability of ${number(prediction.probability)}.`);
  const classes = Object.entries(prediction.probabilities);
  byId("probabilities").replaceChildren(...classes.map((entry) => classRow(entry, prediction.label)));
  byId("prediction").hidden = false;
  showWords(words, prediction.label);
}

function classRow([name, probability], label) {
  const isPredicted = name === label;
  return el(
    "tr",
    {},
    el("th", { scope: "row" }, isPredicted ? el("b", {}, `${name}, predicted`) : name),
    el("td", {}, number(probability)),
    el("td", { class: "drawn" }, bar(probability, "for")),
  );
}

function showWords(words, label) {
  const tried = words.filter(({ effect }) => effect !== null);
  const largest = Math.max(...tried.map(({ effect }) => Math.abs(effect)), 1e-6);
  const untried = words.length - tried.length;
  byId("effects").hidden = !tried.length;
  say(byId("label"), label);
  say(byId("untried"), untried ? `The last ${untried} words were not tried.` : "");
  byId("text-marked").replaceChildren(...words.flatMap((word) => [marked(word, largest), " "]));
  const moving = tried.filter(({ effect }) => Math.abs(effect) >= SMALLEST);
  const strongest = moving.toSorted((one, other) => Math.abs(other.effect) - Math.abs(one.effect));
  byId("words").replaceChildren(...strongest.slice(0, MOST).map((word) => wordRow(word, largest)));
}

function marked({ text, effect }, largest) {
  if (effect === null || Math.abs(effect) < LEAST * largest) return text;
  const word = el("span", { class: side(effect) }, text);
  word.style.setProperty("--weight", (Math.abs(effect) / largest).toFixed(3));
  return word;
}

function wordRow({ text, effect }, largest) {
  const signed = `${effect < 0 ? "−" : "+"}${number(Math.abs(effect))}`;
  return el(
    "tr",
    {},
    el("th", { scope: "row" }, text),
    el("td", {}, signed),
    el("td", { class: "drawn" }, bar(Math.abs(effect) / largest, side(effect))),
  );
}

function side(effect) {
  return effect < 0 ? "against" : "for";
}

function bar(share, kind) {
  const filled = el("div", { class: `bar ${kind}` });
  filled.style.width = `${(100 * share).toFixed(1)}%`;
  return filled;
}

function number(value) {
  return value.toFixed(3);
}
