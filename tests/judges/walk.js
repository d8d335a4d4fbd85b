// Walks through state machines, with the reference implementation of JSONata for every expression.
// Reads {name: {definition, input, context, answers}}: `answers` has for each Task the list of what it
// gets, {result} or {error: {Error, Cause}}; the last one again and again. Answers {name: {path,
// arguments, evaluated, variables, output or error}}.
//
// What Step Functions adds to JSONata, or takes away:
// https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
const { readFileSync } = require("node:fs");
const jsonata = require("jsonata");

const LONGEST_WALK = 200;
const EXPRESSION = /^\{%([^]*)%\}$/;

class QueryEvaluationError extends Error {}

function asErrorOutput(error) {
  if (error instanceof QueryEvaluationError) {
    return { Error: "States.QueryEvaluationError", Cause: error.message };
  }
  if (!error.Error) throw error; // a fault of this script or its input
  return error;
}

async function evaluate(text, variables, states, note) {
  const source = text.match(EXPRESSION)[1];
  let value;
  try {
    const expression = jsonata(source);
    expression.registerFunction("parse", (json) => (json === undefined ? json : JSON.parse(json)));
    expression.registerFunction("eval", () => {
      throw new Error("Step Functions has no $eval");
    });
    value = await expression.evaluate(states.input, { ...variables, states });
  } catch (error) {
    throw new QueryEvaluationError(`${source.trim()}: ${error.message}`);
  }
  // Step Functions fails where JSONata has nothing to say.
  if (value === undefined) throw new QueryEvaluationError(`${source.trim()}: is undefined`);
  note(source.trim());
  return JSON.parse(JSON.stringify(value));
}

async function fill(template, ...scope) {
  if (typeof template === "string" && EXPRESSION.test(template)) return evaluate(template, ...scope);
  if (Array.isArray(template)) {
    return Promise.all(template.map((item) => fill(item, ...scope)));
  }
  if (template === null || typeof template !== "object") return template;
  const filled = {};
  for (const [key, value] of Object.entries(template)) filled[key] = await fill(value, ...scope);
  return filled;
}

class Walk {
  constructor({ definition, input, context, answers }) {
    Object.assign(this, { definition, context, answers, input, variables: {} });
    Object.assign(this, { path: [], evaluated: new Set(), arguments: {} });
  }

  async run() {
    let name = this.definition.StartAt;
    try {
      while (name) {
        this.path.push(name);
        if (this.path.length > LONGEST_WALK) throw new Error("the walk does not end");
        name = await this.step(name, this.definition.States[name]);
      }
      return this.answer({ output: this.input });
    } catch (error) {
      return this.answer({ error: asErrorOutput(error) });
    }
  }

  answer(end) {
    const { path, variables, evaluated } = this;
    return { path, variables, arguments: this.arguments, evaluated: [...evaluated], ...end };
  }

  scope(more) {
    const states = { input: this.input, context: this.context, ...more };
    return [this.variables, states, (source) => this.evaluated.add(source)];
  }

  async step(name, state) {
    if (state.Type === "Choice") return this.choose(state);
    if (state.Type === "Wait") {
      const seconds = await fill(state.Seconds, ...this.scope({}));
      if (!Number.isInteger(seconds) || seconds < 0 || seconds > 99999999) {
        throw new QueryEvaluationError(`${name}: Seconds is ${seconds}`);
      }
    }
    if (state.Type !== "Task") return this.leave(state, {}, this.input);
    try {
      this.arguments[name] = await fill(state.Arguments, ...this.scope({}));
      const { result, error } = this.next(name);
      if (error) throw error;
      return await this.leave(state, { result }, result);
    } catch (error) {
      return this.handle(state, asErrorOutput(error));
    }
  }

  handle(state, error) {
    const catcher = (state.Catch ?? []).find(({ ErrorEquals: errors }) =>
      errors.some((known) => known === "States.ALL" || known === error.Error),
    );
    if (!catcher) throw error;
    return this.leave(catcher, { errorOutput: error }, error);
  }

  next(name) {
    const [answer, ...others] = this.answers[name] ?? [];
    if (!answer) throw new Error(`there is no answer for ${name}`);
    if (others.length) this.answers[name] = others;
    return answer;
  }

  async choose(state) {
    for (const rule of state.Choices) {
      const met = await fill(rule.Condition, ...this.scope({}));
      if (typeof met !== "boolean") throw new QueryEvaluationError(`${rule.Condition}: is ${met}`);
      if (met) return this.leave(rule, {}, this.input);
    }
    return state.Default;
  }

  // Assign and Output both see the variables as they were before.
  async leave(state, more, otherwise) {
    const scope = this.scope(more);
    const assigned = await fill(state.Assign ?? {}, ...scope);
    this.input = "Output" in state ? await fill(state.Output, ...scope) : otherwise;
    this.variables = { ...this.variables, ...assigned };
    return state.Next;
  }
}

async function main() {
  const answer = {};
  for (const [name, values] of Object.entries(JSON.parse(readFileSync(0)))) {
    answer[name] = await new Walk(values).run();
  }
  process.stdout.write(JSON.stringify(answer));
}

main();
