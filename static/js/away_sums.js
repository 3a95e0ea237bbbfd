// What a ticket comes to without the gateway: as `merchants/tickets/pricing.py` works it out, for
// whole pieces and without discounts. Minor units throughout, as big integers: no fraction of them.

function halfUp(numerator, denominator) {
  return (2n * numerator + denominator) / (2n * denominator);
}

function fullOf({ price, quantity }) {
  return halfUp(BigInt(Math.max(0, price)) * BigInt(quantity), 1000n);
}

/** Minor units of these lines with their tax: once a class, on the sum of its lines, half up. */
export function dueOf(lines, ppm) {
  const classes = new Map();
  for (const line of lines) {
    if (line.removed) continue;
    const [rate, included] = line.tax;
    const key = `${rate} ${included}`;
    const { listed } = classes.get(key) ?? { listed: 0n };
    classes.set(key, { rate, included, listed: listed + fullOf(line) });
  }
  let due = 0n;
  for (const { rate, included, listed } of classes.values()) {
    due += included ? listed : listed + halfUp(listed * BigInt(rate), BigInt(ppm));
  }
  return Number(due);
}

/** Minor units as cash can pay them: to the nearest coin. */
export function cashOf(units, { coin, half }) {
  return Math.floor((units + half) / coin) * coin;
}

/** Minor units of an amount as it was typed; null if it is none. */
export function unitsOf(typed, decimals) {
  const found = /^(\d{1,8})(?:[.,](\d*))?$/.exec(typed.trim());
  if (!found || (found[2] ?? "").length > decimals) return null;
  return Number(found[1] + (found[2] ?? "").padEnd(decimals, "0"));
}

/** Minor units as they are typed. */
export function textOf(units, decimals) {
  const padded = String(units).padStart(decimals + 1, "0");
  return decimals ? `${padded.slice(0, -decimals)}.${padded.slice(-decimals)}` : padded;
}
