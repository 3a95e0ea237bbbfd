// What the tests have the TypeScript client do: `node played.mjs NAME` with JSON on stdin, and JSON
// on stdout of what came of it. It is compiled with the client, so what it can't write is an error.

import {
  Misconfigured,
  NotFound,
  Refused,
  Tillway,
  TillwayError,
  webhooks,
} from "../../clients/typescript/src/index.js";

interface Given {
  url: string;
  key: string;
  body: string;
  headers: Record<string, string>;
  secret: string | string[];
  now: number;
  since: string;
  cursor: string;
}

declare const process: {
  argv: string[];
  stdin: AsyncIterable<Uint8Array>;
  stdout: { write(text: string): void };
};

const pauses: number[] = [];

function clientOf({ url, key }: Given): Tillway {
  return new Tillway({ url, key, sleep: async (ms) => void pauses.push(ms) });
}

const plays: Record<string, (given: Given) => Promise<unknown>> = {
  async create(given) {
    const client = clientOf(given);
    const made = await client.invoices.create({ amount: "12.50", metadata: { basket: [1] } });
    const read = await client.invoices.get(made.id);
    return { id: made.id, amount: read.amount, metadata: read.metadata, pauses };
  },

  async keyed(given) {
    const client = clientOf(given);
    const options = { idempotencyKey: "order-1001" };
    const first = await client.invoices.create({ amount: "12.50" }, options);
    const again = await client.invoices.create({ amount: "12.50" }, options);
    return [first.id, again.id];
  },

  async list(given) {
    const client = clientOf(given);
    const made: string[] = [];
    for (let each = 0; each < 3; each += 1) {
      made.push((await client.invoices.create({ amount: "1.00", order_id: "A" })).id);
    }
    await client.invoices.create({ amount: "1.00", order_id: "B" });
    const listed: string[] = [];
    for await (const each of client.invoices.list({ order_id: "A", limit: 2 })) listed.push(each.id);
    const page = await client.invoices.list({ order_id: "A", limit: 2 }).first();
    return { made, listed, first: page.data.length, goesOn: page.next_cursor !== null };
  },

  async fresh(given) {
    const { since, cursor } = given;
    const asked = { since, cursor, type: "invoice.created", fresh: true } as const;
    const listed: unknown[] = [];
    for await (const each of clientOf(given).events.list(asked)) {
      listed.push((each.data as { id?: string }).id);
      if (listed.length === 5) break;
    }
    return listed;
  },

  async refused(given) {
    const client = clientOf(given);
    return [
      await thrown(client.invoices.create({ amount: "12.505" })),
      await thrown(client.invoices.get("../balances")),
    ];
  },

  async ask(given) {
    return thrown(clientOf(given).balances.get());
  },

  async files(given) {
    const client = clientOf(given);
    const made = await client.invoices.create({ amount: "12.50" });
    const code = await client.invoices.qr(made.id);
    const day = "2026-11-24";
    const sales = await client.reports.sales({ first: day, last: day });
    const endpoint = await client.webhookEndpoints.create({ url: "https://example.com/h" });
    const nothing = await client.webhookEndpoints.delete(endpoint.id);
    return { png: code[1] === 0x50, csv: sales.includes(","), nothing: nothing === undefined };
  },

  async abort(given) {
    const signal = AbortSignal.abort(new Error("enough"));
    return thrown(clientOf(given).balances.get({ signal }));
  },

  async misconfigured() {
    return Promise.all(
      [{}, { key: "tw_test_1" }, { key: "tw_test_1", url: "pay" }, { key: "a\n", url: "http://x" }]
        .map(async (options) => new Tillway(options))
        .map(thrown),
    );
  },

  async unwrap({ body, headers, secret, now }) {
    const message = await webhooks.unwrap(body, headers, { secret, now });
    const same = await webhooks.unwrap(new TextEncoder().encode(body), new Headers(headers), {
      secret,
      now,
    });
    return { message, same: JSON.stringify(message) === JSON.stringify(same) };
  },
};

async function thrown(work: Promise<unknown>): Promise<unknown> {
  try {
    return { returned: await work };
  } catch (error) {
    if (!(error instanceof TillwayError)) return { name: "Error", message: String(error) };
    const { name, code, message, hint, requestId } = error;
    const told = { name, code, message, hint, requestId, pauses };
    return error instanceof Refused
      ? { ...told, status: error.status, field: error.field, wait: error.retryAfterSeconds }
      : told;
  }
}

// Never called: that it compiles is the test.
export async function wouldBeWrong(client: Tillway): Promise<void> {
  // @ts-expect-error: a number would be a float
  await client.invoices.create({ amount: 12.5 });
  // @ts-expect-error: the amount is missing
  await client.invoices.create({ currency: "EUR" });
  // @ts-expect-error: there is no such status
  client.invoices.list({ status: "payed" });
  // @ts-expect-error: an amount is text
  const amount: number = (await client.invoices.get("1")).amount;
  void amount;
  const kinds: (typeof TillwayError)[] = [];
  void [kinds, Misconfigured, NotFound];
}

const chunks: Uint8Array[] = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const text = chunks.map((chunk) => new TextDecoder().decode(chunk)).join("");
const play = plays[process.argv[2] ?? ""];
if (!play) throw new Error("there is no such play");
const came = await thrown(play(JSON.parse(text) as Given));
process.stdout.write(JSON.stringify(came));
