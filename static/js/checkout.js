// The shopper's page: the server draws every state; this swaps the drawing when something happens.
import { countDown, follow } from "./live.js";
import "./page.js";

const main = document.getElementById("main");
const announce = document.getElementById("announce");
const toast = document.getElementById("toast");
const { page } = main.dataset;
let version = main.dataset.version;
let stopClock = () => {};
let drawing = 0;

function ready() {
  stopClock();
  stopClock = countDown(main, () => draw());
  const wallet = document.getElementById("wallet");
  if (wallet) import(main.dataset.wallet).then((module) => module.offer(wallet));
}

/** Draws the present state, for the token and code that the address bar names. */
async function draw() {
  const mine = ++drawing;
  const answer = await fetch(`${page}/panel${location.search}`, {
    cache: "no-store",
    signal: AbortSignal.timeout(8000),
  });
  if (!answer.ok || mine !== drawing) return;
  const html = await answer.text();
  if (mine !== drawing) return;
  const open = [...main.querySelectorAll("details[open]")].map((part) => part.id);
  const focused = main.contains(document.activeElement) ? document.activeElement : null;
  const link = focused?.getAttribute("href");
  const before = document.getElementById("state-word")?.textContent;
  main.innerHTML = html;
  for (const id of open) if (id !== "picker") document.getElementById(id)?.setAttribute("open", "");
  if (focused) {
    const again = link && [...main.querySelectorAll("a")].find((a) => a.getAttribute("href") === link);
    const visible = again?.checkVisibility?.() ? again : main.querySelector("summary");
    visible?.focus({ preventScroll: true });
  }
  const after = document.getElementById("state-word")?.textContent;
  if (after && after !== before) announce.textContent = after;
  ready();
}

main.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-swap]");
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  history.replaceState(null, "", link.href);
  try {
    await draw();
  } catch {
    location.assign(link.href);
  }
});

if (main.dataset.live) follow({
  stream: main.dataset.live,
  poll: `${page}/status`,
  onStatus: (status) => {
    if (status.version === version) return;
    dispatchEvent(new CustomEvent("tillway:status", { detail: status }));
    const known = version;
    version = status.version;
    draw().catch(() => {
      version = known; // the next word from the server tries again
    });
  },
  onLine: (online) => {
    toast.textContent = toast.dataset.offline;
    toast.hidden = online;
  },
});
ready();
