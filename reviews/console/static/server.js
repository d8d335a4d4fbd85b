// Requests to the console's server. A failure is an Error with the server's message.

export function get(path) {
  return request(path, {});
}

export function post(path, document) {
  return request(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(document),
  });
}

async function request(path, options) {
  const response = await fetch(path, options).catch((error) => {
    throw new Error(`The console does not answer: ${error.message}`);
  });
  const text = await response.text();
  if (response.ok) return JSON.parse(text);
  throw new Error(errorOf(text) ?? `${response.status} ${response.statusText}`);
}

function errorOf(text) {
  try {
    return JSON.parse(text).error;
  } catch {
    return undefined;
  }
}
