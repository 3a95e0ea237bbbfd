// What a connected wallet holds of what the page takes, asked of the gateway, network by network; what
// can be paid with comes first in the list. Kept in this page alone.
import { told } from "./gasless.js";

const held = new Map();

/** Asks for what `payer` holds of everything in the list; whether there was any answer. */
export async function look(path, payer) {
  const chains = new Set(options().map((option) => option.dataset.chain));
  const answers = await Promise.allSettled(
    [...chains].map((chain) => told(`${path}?${new URLSearchParams({ payer, chain })}`)),
  );
  held.clear();
  for (const { value } of answers) {
    for (const [asset, units] of Object.entries(value?.holds ?? {})) held.set(asset, BigInt(units));
  }
  return held.size > 0;
}

/** Puts first what is held in full, whenever the list was drawn; how many those are. */
export function arrange() {
  if (!held.size) return 0;
  const enough = (option) => held.get(option.dataset.asset) >= BigInt(option.dataset.units);
  const found = options();
  for (const option of found) {
    const { enough: yes, short } = option.parentElement.dataset;
    option.querySelector("[data-held]").textContent = enough(option) ? yes : held.has(option.dataset.asset) ? short : "";
  }
  const payable = found.filter(enough);
  payable[0]?.parentElement.prepend(...payable);
  return payable.length;
}

function options() {
  return [...document.querySelectorAll("#picker [data-units]")];
}
