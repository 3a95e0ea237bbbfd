// The JavaScript library's side of the golden tests: judges what we wrote, makes what we read.
// stdin: one JSON line a question, {"judge": "2020" | "2023", "message": …} or
// {"make": "2020" | "2023", "count": n, "seed": n}; stdout: one JSON line an answer.
import { createInterface } from "node:readline";
import { arbitraries, ensureVersion, IVMS101_2023Schema, PayloadVersionCode } from "ivms101";
import { IVMS101_2020Schema } from "ivms101/legacy";

const SCHEMAS = { 2020: IVMS101_2020Schema, 2023: IVMS101_2023Schema };
const MAKERS = { 2020: arbitraries.ivms101_2020, 2023: arbitraries.ivms101_2023Valid };

function judged({ judge, message }) {
  const found = SCHEMAS[judge].safeParse(message);
  return { ok: found.success, why: found.success ? [] : found.error.issues.map((one) => one.message) };
}

// The library brings its own copy of fast-check, whose sampling it does not export: an arbitrary
// generates with any source of randomness that has this shape.
function random(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state;
  };
  const between = (low, high) => low + Math.floor((next() / 2 ** 32) * (high - low + 1));
  return {
    nextInt: (low = -0x80000000, high = 0x7fffffff) => between(low, high),
    nextBigInt: (low, high) => low + (BigInt(next()) % (high - low + 1n)),
    nextBoolean: () => between(0, 1) === 1,
    nextDouble: () => next() / 2 ** 32,
    next: (bits) => next() & ((1 << bits) - 1),
    nextArrayInt: (low, high) => between(low, high),
    getState: () => [state],
    clone() {
      return random(state);
    },
  };
}

function made({ make, count, seed }) {
  const source = random(seed);
  const maker = MAKERS[make]();
  return Array.from({ length: count }, () => maker.generate(source, undefined).value);
}

function converted({ convert, message }) {
  const to = convert === "2023" ? PayloadVersionCode.V2023 : PayloadVersionCode.V2020;
  return ensureVersion(to, message);
}

for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  const answer = asked.judge ? judged(asked) : asked.make ? made(asked) : converted(asked);
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
