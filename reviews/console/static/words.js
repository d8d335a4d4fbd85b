// Statuses and times as texts. Each status has a sign, so that none depends on its colour alone.

const SIGNS = {
  waiting: "·",
  running: "▸",
  done: "✓",
  reused: "↺",
  "error caught": "!",
  failed: "✗",
};
const EXECUTION = {
  RUNNING: "running",
  PENDING_REDRIVE: "running",
  SUCCEEDED: "done",
  FAILED: "failed",
  TIMED_OUT: "failed",
  ABORTED: "failed",
};

const DRIFT = { drift: "failed", "no drift": "done", "too few requests": "waiting" };

export function sign(status) {
  return SIGNS[status] ?? "·";
}

/** The kind of an execution's status, which is its CSS class. */
export function kindOf(status) {
  return EXECUTION[status] ?? "waiting";
}

export function clock(began, ended) {
  const seconds = Math.max(0, Math.round((new Date(ended) - new Date(began)) / 1000));
  const parts = [Math.floor(seconds / 60) % 60, seconds % 60];
  const hours = Math.floor(seconds / 3600);
  const text = parts.map((part) => String(part).padStart(2, "0")).join(":");
  return hours ? `${hours}:${text}` : text.replace(/^0/, "");
}

export function moment(iso) {
  return new Date(iso).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" });
}

export function count(number, one, many) {
  return `${number} ${number === 1 ? one : many}`;
}

/** A share from 0 to 1, such as an accuracy. */
export function score(value) {
  return value.toFixed(3);
}

/** The last part of an s3:// address or of a model's name. */
export function lastPart(address) {
  return address.replace(/\/+$/, "").split("/").pop();
}

/** A report about drift in a sentence. */
export function driftOf({ verdict, requests, start, end, findings }) {
  const period = `the ${count(requests, "request", "requests")} from ${moment(start)} to ${moment(end)}`;
  const drifted = findings.filter((finding) => finding.drifted).map(({ title }) => title);
  return `${sign(DRIFT[verdict])} ${verdict} in ${period}${drifted.length ? `: ${drifted.join(", ")}` : ""}.`;
}

/** The kind of a report's verdict, which is a CSS class. */
export function kindOfDrift(verdict) {
  return DRIFT[verdict] ?? "waiting";
}

/** JSON with line breaks; another text as it is. */
export function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
