// Pays from a wallet in this browser: one plain transfer, nothing else.
import { outcome, Refusal, sign, told } from "./gasless.js";
import { arrange, look } from "./holdings.js";
import { isRefusal, isUnknownChain, seek, walletButton, wallets } from "./wallets.js";

let shownIn = null;
let handedIn = null; // the signature that is under way, whatever the page draws meanwhile

/** Offers every wallet that is found, in `box`, which holds the payment's ERC-681. */
export function offer(box) {
  shownIn = box;
  seek(listAgain);
  arrange();
  if (handedIn) relay(box);
}

function listAgain() {
  list(shownIn);
}

function list(box) {
  const buttons = box.querySelector("#wallet-list");
  const { word, wordSign, wordLook } = buttons.dataset;
  const named = (text, { name }) => (wallets().length > 1 ? `${text} · ${name}` : text);
  buttons.replaceChildren(
    ...wallets().flatMap(({ info, provider }) => {
      const plain = walletButton(`${word} ${info.name}`, info.icon, "button button-primary button-wide");
      plain.addEventListener("click", () => pay(box, provider, transfer));
      const glance = walletButton(named(wordLook, info), "", "button button-wide");
      glance.addEventListener("click", () => show(box, provider));
      if (!box.dataset.sign) return [plain, glance];
      const gasless = walletButton(named(wordSign, info), "", "button button-wide");
      gasless.addEventListener("click", () => pay(box, provider, handIn));
      return [plain, gasless, glance];
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
      await reach(box, provider, chainId);
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

/** Has the wallet change to the chain, or add it first if it doesn't know it (EIP-3085). */
async function reach(box, provider, chainId) {
  const change = () => provider.request({ method: "wallet_switchEthereumChain", params: [{ chainId }] });
  try {
    await change();
  } catch (error) {
    if (!isUnknownChain(error)) throw error;
    const chain = await told(`${box.dataset.network}?chain=${box.dataset.chain}`);
    say(box, "sayAdd");
    await provider.request({ method: "wallet_addEthereumChain", params: [chain] });
    if (BigInt(await provider.request({ method: "eth_chainId" })) !== BigInt(chainId)) await change();
  }
}

/** Puts first what the wallet can pay with; nothing is signed. */
async function show(box, provider) {
  lock(box, true);
  say(box, "sayLook");
  try {
    const [payer] = await provider.request({ method: "eth_requestAccounts" });
    const answered = await look(box.dataset.holds, payer);
    const payable = arrange();
    if (payable) document.getElementById("picker").open = true;
    say(shownIn, payable ? "sayFirst" : answered ? "sayNone" : "sayUnread");
  } catch (error) {
    say(shownIn, isRefusal(error) ? "sayRefused" : "sayUnread");
  }
  lock(shownIn, false);
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
