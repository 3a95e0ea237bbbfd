// Has a wallet in this browser (EIP-6963, else EIP-1193) sign the claim's text; it moves no money.
const box = document.querySelector("#proof");
const found = new Map();

addEventListener("eip6963:announceProvider", (event) => {
  found.set(event.detail.info.rdns || event.detail.info.uuid, event.detail);
  list();
});

function list() {
  document.querySelector("#proof-wallets").replaceChildren(
    ...[...found.values()].map(({ info, provider }) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "button button-wide";
      button.textContent = `${box.dataset.word} ${info.name}`;
      button.addEventListener("click", () => sign(button, provider));
      return button;
    }),
  );
}

/** Puts the wallet's signature into the form; a person who says no may ask again. */
async function sign(button, provider) {
  button.disabled = true;
  try {
    const [account] = await provider.request({ method: "eth_requestAccounts" });
    const bytes = new TextEncoder().encode(box.dataset.message);
    const text = `0x${[...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
    const signature = await provider.request({ method: "personal_sign", params: [text, account] });
    document.querySelector("#signature").value = signature;
  } catch {
    // The field stays as it was: it can be signed elsewhere, and pasted.
  } finally {
    button.disabled = false;
  }
}

dispatchEvent(new Event("eip6963:requestProvider"));
if (!found.size && globalThis.ethereum) {
  found.set("injected", { info: { name: "Wallet" }, provider: globalThis.ethereum });
  list();
}
