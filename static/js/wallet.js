// Pays from a wallet in this browser: one plain transfer, nothing else.
import { outcome, Refusal, sign } from "./gasless.js";
import { isRefusal, seek, walletButton, wallets } from "./wallets.js";

let shownIn = null;
let handedIn = null; // the signature that is under way, whatever the page draws meanwhile

/** Offers every wallet that is found, in `box`, which holds the payment's ERC-681. */
export function offer(box) {
  shownIn = box;
  seek(listAgain);
  if (handedIn) relay(box);
}

function listAgain() {
  list(shownIn);
}

function list(box) {
  const buttons = box.querySelector("#wallet-list");
  const { word, wordSign } = buttons.dataset;
  buttons.replaceChildren(
    ...wallets().flatMap(({ info, provider }) => {
      const plain = walletButton(`${word} ${info.name}`, info.icon, "button button-primary button-wide");
      plain.addEventListener("click", () => pay(box, provider, transfer));
      if (!box.dataset.sign) return [plain];
      const name = wallets().length > 1 ? `${wordSign} · ${info.name}` : wordSign;
      const gasless = walletButton(name, "", "button button-wide");
      gasless.addEventListener("click", () => pay(box, provider, handIn));
      return [plain, gasless];
    }),
  );
  box.hidden = !wallets().length;
}

function say(box, name) {
  box.querySelector("#wallet-says").textContent = box.dataset[name];
}

function lock(box, locked) {
  for (const each of box.querySelectorAll("#wallet-list button")) each.disabled = locked;
}

/** Has the wallet on the payment's chain do `how`. */
async function pay(box, provider, how) {
  lock(box, true);
  let switching = false;
  try {
    const [from] = await provider.request({ method: "eth_requestAccounts" });
    const chainId = `0x${BigInt(box.dataset.chain).toString(16)}`;
    if (BigInt(await provider.request({ method: "eth_chainId" })) !== BigInt(chainId)) {
      say(box, "saySwitch");
      switching = true;
      await provider.request({ method: "wallet_switchEthereumChain", params: [{ chainId }] });
      // A wallet that says yes and stays where it was would pay on the wrong chain.
      if (BigInt(await provider.request({ method: "eth_chainId" })) !== BigInt(chainId)) {
        throw new Error("wrong chain");
      }
      switching = false;
    }
    await how(box, provider, from, chainId);
    return; // stays locked: a second click would pay twice
  } catch (error) {
    if (isRefusal(error)) say(box, "sayRefused");
    else if (switching) say(box, "sayNetwork");
    else if (error instanceof Refusal) say(box, error.say);
    else say(box, "sayFailed");
  }
  lock(box, false);
}

async function transfer(box, provider, from, chainId) {
  say(box, "sayConfirm");
  await provider.request({
    method: "eth_sendTransaction",
    params: [{ from, chainId, ...transferOf(box.dataset.uri) }],
  });
  say(box, "saySent");
}

async function handIn(box, provider, from) {
  say(box, "saySign");
  handedIn = await sign(box, provider, from);
  relay(shownIn); // the page may have drawn itself anew meanwhile
}

/** Follows the signature that is under way, in the box that is shown now. */
async function relay(box) {
  say(box, "sayRelayed");
  lock(box, true);
  const wasSent = await outcome(handedIn, () => box === shownIn && box.isConnected);
  if (box !== shownIn || !box.isConnected || wasSent) return;
  handedIn = null;
  say(box, "sayUnsent");
  lock(box, false);
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
