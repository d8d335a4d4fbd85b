// Asks the console's server. What goes wrong is an Error with the server's own words.

export function get(path) {
  return ask(path, {});
}

export function post(path, document) {
  return ask(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(document),
  });
}

async function ask(path, options) {
  const response = await fetch(path, options).catch((error) => {
    throw new Error(`The console does not answer: ${error.message}`);
  });
  const text = await response.text();
  if (response.ok) return JSON.parse(text);
  throw new Error(wordsOf(text) ?? `${response.status} ${response.statusText}`);
}

function wordsOf(text) {
  try {
    return JSON.parse(text).error;
  } catch {
    return undefined;
  }
}
