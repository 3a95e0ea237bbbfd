// What the tablet works out: one question a line, one answer a line.
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";

// As a module whatever it is called: browsers take it for one by how it is loaded.
const script = await readFile(new URL("../../../../static/js/away_sums.js", import.meta.url), "utf8");
const { cashOf, dueOf, textOf, unitsOf } = await import(
  `data:text/javascript,${encodeURIComponent(script)}`
);

const acts = {
  due: ({ lines, ppm }) => dueOf(lines, ppm),
  cash: ({ units, coin, half }) => cashOf(units, { coin, half }),
  units: ({ typed, decimals }) => unitsOf(typed, decimals),
  text: ({ units, decimals }) => textOf(units, decimals),
};

for await (const line of createInterface({ input: process.stdin })) {
  const { act, ...asked } = JSON.parse(line);
  console.log(JSON.stringify(acts[act](asked)));
}
