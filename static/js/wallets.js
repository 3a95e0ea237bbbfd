// The wallets in this browser: those that announce themselves (EIP-6963), else the one that is there
// (EIP-1193). None is asked anything before a person presses its button.
const found = new Map();
const waiting = new Set();

addEventListener("eip6963:announceProvider", ({ detail }) => {
  found.set(detail.info.rdns || detail.info.uuid, detail);
  for (const changed of waiting) changed();
});

/** Calls `changed` now, and again whenever another wallet is found. */
export function seek(changed) {
  waiting.add(changed);
  dispatchEvent(new Event("eip6963:requestProvider"));
  if (!found.size && globalThis.ethereum) {
    found.set("injected", { info: { name: "Wallet", icon: "" }, provider: globalThis.ethereum });
  }
  changed();
}

/** Each with `info` (its name and icon) and `provider`. */
export function wallets() {
  return [...found.values()];
}

/** A button of a wallet; its icon is drawn only if it is an image in itself. */
export function walletButton(text, image, classes) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = classes;
  if (/^data:image\/(png|svg\+xml|webp|jpeg)/.test(image)) {
    const icon = document.createElement("img");
    icon.className = "wallet-icon";
    icon.alt = "";
    icon.src = image;
    made.append(icon);
  }
  made.append(text);
  return made;
}

/** Whether the person said no in their wallet. */
export function isRefusal(error) {
  return error?.code === 4001;
}

/** Whether the wallet doesn't know the chain it was asked to change to (EIP-3326). */
export function isUnknownChain(error) {
  return error?.code === 4902 || error?.data?.originalError?.code === 4902;
}
