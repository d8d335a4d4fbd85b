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

/** Sends a file as the body, with the other fields of its form in the address. */
export function postFile(path, fields, file) {
  return request(`${path}?${new URLSearchParams(fields)}`, {
    method: "POST",
    headers: { "Content-Type": "application/octet-stream" },
    body: file,
  });
}

async function request(path, options) {
  const response = await fetch(path, options).catch((error) => {
    const file = options.body instanceof File ? ", or the file has changed since it was chosen" : "";
    throw new Error(`The console does not answer${file}: ${error.message}`);
  });
  const text = await response.text();
  if (response.ok) return JSON.parse(text);
  const refused = refusalOf(text);
  const error = new Error(refused.error ?? `${response.status} ${response.statusText}`);
  error.fields = refused.fields ?? {}; // a sentence for each field that is invalid
  throw error;
}

function refusalOf(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
