// Pays from a wallet in this browser (EIP-6963, else EIP-1193): one plain transfer, nothing else.

const found = new Map();
let shownIn = null;

addEventListener("eip6963:announceProvider", (event) => {
  found.set(event.detail.info.rdns || event.detail.info.uuid, event.detail);
  if (shownIn) list(shownIn);
});

/** Offers every wallet that announces itself, in `box`, which holds the payment's ERC-681. */
export function offer(box) {
  shownIn = box;
  dispatchEvent(new Event("eip6963:requestProvider"));
  if (!found.size && globalThis.ethereum) {
    found.set("injected", { info: { name: "Wallet", icon: "" }, provider: globalThis.ethereum });
  }
  list(box);
}

function list(box) {
  const buttons = box.querySelector("#wallet-list");
  buttons.replaceChildren(
    ...[...found.values()].map(({ info, provider }) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "button button-primary button-wide";
      if (/^data:image\/(png|svg\+xml|webp|jpeg)/.test(info.icon)) {
        const icon = document.createElement("img");
        icon.className = "wallet-icon";
        icon.alt = "";
        icon.src = info.icon;
        button.append(icon);
      }
      button.append(`${buttons.dataset.word} ${info.name}`);
      button.addEventListener("click", () => pay(box, provider, buttons));
      return button;
    }),
  );
  box.hidden = !found.size;
}

async function pay(box, provider, buttons) {
  const says = box.querySelector("#wallet-says");
  const say = (name) => {
    says.textContent = box.dataset[name];
  };
  const lock = (locked) => {
    for (const button of buttons.children) button.disabled = locked;
  };
  lock(true);
  let switching = false;
  try {
    const [from] = await provider.request({ method: "eth_requestAccounts" });
    const chainId = `0x${BigInt(box.dataset.chain).toString(16)}`;
    if (BigInt(await provider.request({ method: "eth_chainId" })) !== BigInt(chainId)) {
      say("saySwitch");
      switching = true;
      await provider.request({ method: "wallet_switchEthereumChain", params: [{ chainId }] });
      // A wallet that says yes and stays where it was would pay on the wrong chain.
      if (BigInt(await provider.request({ method: "eth_chainId" })) !== BigInt(chainId)) {
        throw new Error("wrong chain");
      }
      switching = false;
    }
    say("sayConfirm");
    const transfer = transferOf(box.dataset.uri);
    await provider.request({
      method: "eth_sendTransaction",
      params: [{ from, chainId, ...transfer }],
    });
    say("saySent");
    return; // stays locked: a second click would pay twice
  } catch (error) {
    if (error?.code === 4001) say("sayRefused");
    else if (switching) say("sayNetwork");
    else say("sayFailed");
  }
  lock(false);
}

/** The transfer an ERC-681 asks for: the very text that the QR holds is what gets signed. */
export function transferOf(uri) {
  const token = /^ethereum:(0x[0-9a-fA-F]{40})@\d+\/transfer\?address=(0x[0-9a-fA-F]{40})&uint256=(\d+)$/.exec(uri);
  if (token) {
    const word = (hex) => hex.padStart(64, "0");
    const data = `0xa9059cbb${word(token[2].slice(2).toLowerCase())}${word(BigInt(token[3]).toString(16))}`;
    return { to: token[1], value: "0x0", data };
  }
  const coin = /^ethereum:(0x[0-9a-fA-F]{40})@\d+\?value=(\d+)$/.exec(uri);
  if (!coin) throw new Error("not a payment");
  return { to: coin[1], value: `0x${BigInt(coin[2]).toString(16)}` };
}
