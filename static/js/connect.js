// A wallet in this browser fills a field: with its address, or with its signature of the text that is
// shown (personal_sign). No money moves. Without a wallet or this script both are pasted.
import { isRefusal, seek, walletButton, wallets } from "./wallets.js";

for (const box of document.querySelectorAll("[data-fills]")) seek(() => list(box));

function list(box) {
  const { word, busy } = box.dataset;
  const buttons = wallets().map(({ info, provider }) => {
    const button = walletButton(`${word} ${info.name}`, info.icon, "button button-wide");
    button.disabled = busy === "yes";
    button.addEventListener("click", () => use(box, provider));
    return button;
  });
  box.querySelector("[data-wallets]").replaceChildren(...buttons);
  box.hidden = !buttons.length;
}

/** Asks a wallet; a person who says no there may ask again. */
async function use(box, provider) {
  lock(box, "yes");
  say(box, "sayLook");
  try {
    const accounts = await provider.request({ method: "eth_requestAccounts" });
    const account = accountOf(box, accounts);
    const field = document.getElementById(box.dataset.fills);
    if (!("message" in box.dataset)) field.value = account ?? accounts[0];
    if (!account) return say(box, "sayOther");
    if ("message" in box.dataset) field.value = await signed(box.dataset.message, account, provider);
    say(box, "sayDone");
    if ("sends" in box.dataset) document.getElementById(box.dataset.sends).requestSubmit();
  } catch (error) {
    say(box, isRefusal(error) ? "sayRefused" : "sayFailed");
  } finally {
    lock(box, "no");
  }
}

/** The account that is wanted, of those that the wallet shows; any if none is named. */
function accountOf(box, accounts) {
  const wanted = box.dataset.account?.toLowerCase();
  return wanted ? accounts.find((account) => account.toLowerCase() === wanted) : accounts[0];
}

function signed(message, account, provider) {
  const bytes = [...new TextEncoder().encode(message)];
  const text = `0x${bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
  return provider.request({ method: "personal_sign", params: [text, account] });
}

function lock(box, busy) {
  box.dataset.busy = busy;
  for (const button of box.querySelectorAll("[data-wallets] button")) button.disabled = busy === "yes";
}

function say(box, name) {
  box.querySelector("[data-says]").textContent = box.dataset[name];
}
