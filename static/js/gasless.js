// Pays by a signature (EIP-3009): the wallet signs one transfer, the gateway sends it and pays the gas.

const SAYS = {
  authorization_under_way: "sayRelayed",
  balance_short: "sayShort",
  transfer_would_fail: "sayUnsent",
  authorization_used: "sayUnsent",
  wrong_amount: "sayStale",
  wrong_times: "sayStale",
  authorization_expired: "sayStale",
  invoice_not_payable: "sayStale",
};
const PAID = ["paid", "delivered"];
const UNSENT = ["failed", "expired"];
const EVERY_MS = 2000;

/** What the gateway refused; `say` names the sentence for it. */
export class Refusal extends Error {
  constructor(code) {
    super(code);
    this.say = SAYS[code] ?? "sayNoGas";
  }
}

/** Has `from` sign what the invoice asks for now, and hands it in. What to ask `outcome` for. */
export async function sign(box, provider, from) {
  const { sign: path, asset, uri } = box.dataset;
  const { typed_data: asked } = await told(`${path}?${new URLSearchParams({ asset, payer: from })}`);
  const { to, value } = asked.message;
  // What is signed is what the page and its code show, or nothing.
  if (!uri.endsWith(`/transfer?address=${to}&uint256=${value}`)) throw new Refusal("wrong_amount");
  const signature = await provider.request({
    method: "eth_signTypedData_v4",
    params: [from, JSON.stringify(asked)],
  });
  const given = await told(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ asset, authorization: asked.message, signature }),
  });
  return `${path}s/${given.id}`;
}

/** Whether what was handed in was sent, once that is sure; asks for as long as `wanted()`. */
export async function outcome(path, wanted) {
  while (wanted()) {
    try {
      const { status } = await told(path);
      if (PAID.includes(status)) return true;
      if (UNSENT.includes(status)) return false;
    } catch {
      // no answer is no outcome: ask again
    }
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  }
  return true;
}

/** The JSON that `path` answers with; what it refused is thrown. */
export async function told(path, request) {
  const answer = await fetch(path, { cache: "no-store", signal: AbortSignal.timeout(15000), ...request });
  const body = await answer.json();
  if (!answer.ok) throw new Refusal(body.code);
  return body;
}
