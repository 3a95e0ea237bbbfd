// Uniswap's own search for a split over quotes it is told: `node split_peer.mjs FOLDER < QUESTIONS`.
// FOLDER holds node_modules. Prints, for each question, milliseconds of the search stage alone
// and the percentage that each venue gets. All questions are answered `warmUps` times before the
// pass that is timed, so that the search is compiled.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const require = createRequire(join(process.argv[2], "package.json"));
const { ChainId, TradeType, Token, CurrencyAmount } = require("@uniswap/sdk-core");
const { Protocol } = require("@uniswap/router-sdk");
const { Pair } = require("@uniswap/v2-sdk");
const { BigNumber } = require("@ethersproject/bignumber");
// First the whole package: its modules import one another in a ring.
const { V2Route } = require("@uniswap/smart-order-router");
const { getBestSwapRoute } = require(
  "@uniswap/smart-order-router/build/main/routers/alpha-router/functions/best-swap-route.js",
);

const from = new Token(1, "0x0000000000000000000000000000000000000001", 18, "A");
const to = new Token(1, "0x0000000000000000000000000000000000000002", 6, "B");
const amounts = (token, text) => CurrencyAmount.fromRawAmount(token, text);
// The search reads only which pools a route uses, from `poolIdentifiers`.
const route = new V2Route([new Pair(amounts(from, "1000"), amounts(to, "1000"))], from, to);
const portions = { getRouteWithQuotePortionAdjusted: (_, routes) => routes };
const { questions, percents, config, warmUps } = JSON.parse(readFileSync(0, "utf8"));

async function answered({ amount, quotes }) {
  const told = quotes.map(([venue, percent, part, out, net]) => ({
    protocol: Protocol.V2,
    percent,
    amount: amounts(from, part),
    quote: amounts(to, out),
    quoteAdjustedForGas: amounts(to, net),
    quoteToken: to,
    poolIdentifiers: [venue],
    gasEstimate: BigNumber.from(0),
    gasCostInUSD: amounts(to, "0"),
    gasCostInToken: amounts(to, "0"),
    route,
    toString: () => venue,
  }));
  const started = process.hrtime.bigint();
  const best = await getBestSwapRoute(
    amounts(from, amount), percents, told, TradeType.EXACT_INPUT, ChainId.MAINNET, config, portions,
  );
  const ms = Number(process.hrtime.bigint() - started) / 1e6;
  return { ms, parts: best ? best.routes.map((r) => [r.poolIdentifiers[0], r.percent]) : [] };
}

let answers = [];
for (let pass = 0; pass <= warmUps; pass++) {
  answers = [];
  for (const question of questions) answers.push(await answered(question));
}
console.log(JSON.stringify(answers));
