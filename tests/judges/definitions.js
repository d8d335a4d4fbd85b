// Reads {name: definition} and answers {name: ["judge: what it finds", …]}. The judges are AWS's own
// language service of the Amazon States Language, which its editors use, and asl-validator.
const { readFileSync } = require("node:fs");
const { getLanguageService, TextDocument } = require("amazon-states-language-service");
const validate = require("asl-validator");

const service = getLanguageService({});

async function byLanguageService(definition) {
  const text = JSON.stringify(definition, null, 1);
  const document = TextDocument.create("file:///definition.asl.json", "asl", 1, text);
  const found = await service.doValidation(document, service.parseJSONDocument(document));
  return found.map(({ message, range }) => {
    const at = text.slice(document.offsetAt(range.start), document.offsetAt(range.end));
    return `language service: ${message} ${at.slice(0, 100)}`;
  });
}

// asl-validator 4.0.0 refuses an empty text in Assign, looks no further then, and has no such rule from
// the specification (https://states-language.net/#assign-variables): it gets a blank instead.
function byValidator(definition) {
  const filled = JSON.parse(JSON.stringify(definition), (_, value) => (value === "" ? " " : value));
  return validate(filled).errors.map(
    (error) => `asl-validator: ${error["Error code"]} ${error.Message}`,
  );
}

async function main() {
  const answer = {};
  for (const [name, definition] of Object.entries(JSON.parse(readFileSync(0)))) {
    answer[name] = [...(await byLanguageService(definition)), ...byValidator(definition)];
  }
  process.stdout.write(JSON.stringify(answer));
}

main();
