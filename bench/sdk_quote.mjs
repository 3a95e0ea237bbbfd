// One quote over so many ticks with Uniswap's own SDK: `node sdk_quote.mjs FOLDER POOL_JSON COUNT`.
// FOLDER holds node_modules. Prints JSON: the amount out and microseconds for each quote.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { join } from "node:path";

const [folder, poolJson, countText] = process.argv.slice(2);
const require = createRequire(pathToFileURL(join(folder, "package.json")));
const { Pool, TickListDataProvider } = require("@uniswap/v3-sdk");
const { Token, CurrencyAmount } = require("@uniswap/sdk-core");

const told = JSON.parse(poolJson);
const count = Number(countText);
const token0 = new Token(1, "0x0000000000000000000000000000000000000001", 18, "A");
const token1 = new Token(1, "0x0000000000000000000000000000000000000002", 18, "B");
const ticks = told.ticks.map(([index, net]) => ({
  index,
  liquidityNet: net,
  liquidityGross: net.startsWith("-") ? net.slice(1) : net,
}));
const provider = new TickListDataProvider(ticks, told.tickSpacing);
const pool = new Pool(
  token0, token1, told.fee, told.sqrtPrice, told.liquidity, told.tick, provider,
);
const input = CurrencyAmount.fromRawAmount(told.down ? token0 : token1, told.amount);

let out;
for (let i = 0; i < Math.min(count, 200); i++) [out] = await pool.getOutputAmount(input);
const rounds = [];
for (let round = 0; round < 5; round++) {
  const started = process.hrtime.bigint();
  for (let i = 0; i < count; i++) [out] = await pool.getOutputAmount(input);
  rounds.push(Number(process.hrtime.bigint() - started) / 1000 / count);
}
rounds.sort((a, b) => a - b);
console.log(JSON.stringify({ out: out.quotient.toString(), us: rounds[2] }));
