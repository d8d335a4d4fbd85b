// Statuses and times as texts. Each status has a sign, so that none depends on its colour alone.

const SIGNS = {
  waiting: "·",
  running: "▸",
  done: "✓",
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

/** JSON with line breaks; another text as it is. */
export function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
