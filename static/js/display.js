// The customer's display: drawn by the server, looked at every two seconds, and at once when something
// happens to the sale that it shows. Without a line it shows nothing that could be old.
import { follow } from "./live.js";

const LOOK_MS = 2000;
const PATIENCE = 3;
const main = document.getElementById("main");
const lost = document.getElementById("lost");
let failed = 0;
let looking = false;
let following = "";
let stop = () => {};

const body = () => main.querySelector(".display-body");

async function look() {
  if (looking) return;
  looking = true;
  try {
    const answer = await fetch(`/pos/display/part?version=${body()?.dataset.version ?? ""}`, {
      cache: "no-store",
      headers: { "X-Part": "1" },
      signal: AbortSignal.timeout(5000),
    });
    if (answer.status === 403 || answer.status === 401) {
      main.replaceChildren();
      location.replace("/pos/display/pair");
      return;
    }
    if (!answer.ok) throw new Error(String(answer.status));
    if (answer.status !== 204) draw(await answer.text());
    heard(true);
  } catch {
    heard(false);
  } finally {
    looking = false;
  }
}

function heard(answered) {
  failed = answered ? 0 : failed + 1;
  // What was true before the line broke is no ground to hand anything over.
  const isLost = failed >= PATIENCE || !navigator.onLine;
  lost.hidden = !isLost;
  main.hidden = isLost;
}

function draw(html) {
  if (main.contains(document.activeElement) && document.activeElement.matches("input")) return;
  main.innerHTML = html;
  lastLine();
  followSale();
}

// The newest line of a long ticket is the one to look at.
function lastLine() {
  const lines = main.querySelector(".display-lines");
  if (lines) lines.scrollTop = lines.scrollHeight;
}

function followSale() {
  const invoice = body()?.dataset.invoice ?? "";
  if (invoice === following) return;
  stop();
  stop = () => {};
  following = invoice;
  if (!invoice) return;
  let version = "";
  stop = follow({
    stream: `${main.dataset.live}/live/i/${invoice}`,
    poll: `/i/${invoice}/status`,
    onStatus: (status) => {
      if (status.version === version) return;
      version = status.version;
      look();
    },
    onLine: () => {},
  });
}

main.addEventListener("submit", async (event) => {
  event.preventDefault();
  const sent = new FormData(event.target, event.submitter);
  for (const button of main.querySelectorAll("button")) button.disabled = true;
  try {
    const answer = await fetch(event.target.action, {
      method: "POST",
      body: sent,
      headers: { "X-Part": "1" },
      signal: AbortSignal.timeout(8000),
    });
    if (!answer.ok) throw new Error(String(answer.status));
    document.activeElement?.blur();
    draw(await answer.text());
  } catch {
    for (const button of main.querySelectorAll("button")) button.disabled = false;
  }
});

addEventListener("offline", () => heard(false));
addEventListener("online", look);

// The screen stays on where the browser lets it.
async function stayAwake() {
  try {
    await navigator.wakeLock?.request("screen");
  } catch {
    // It goes dark by the device's own settings then.
  }
}
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") stayAwake();
});
stayAwake();
lastLine();
followSale();
setInterval(look, LOOK_MS);
