// The till: keypad, one Charge, the sale that follows its money, the last sales beside it.
import { heard, watchIdle } from "./device.js";
import { follow } from "./live.js";
import "./page.js";

const WAIT_MS = 10000;
const READER_MS = 1500;
const main = document.getElementById("main");
const ring = document.getElementById("ring");
const sale = document.getElementById("sale");
const side = document.getElementById("side");
const recent = document.getElementById("recent");
const form = document.getElementById("charge");
const amount = document.getElementById("amount");
const total = document.getElementById("charge-total");
const button = document.getElementById("charge-button");
const problem = document.getElementById("problem");
const band = document.getElementById("offline");
const shop = main.dataset.shop;
const decimals = Number(main.dataset.decimals);
const MAX_DIGITS = 10;
let digits = "";
let stopSale = () => {};

async function ask(path, options = {}) {
  const answer = await fetch(path, {
    cache: "no-store",
    headers: { "X-Part": "1" },
    signal: AbortSignal.timeout(WAIT_MS),
    ...options,
  });
  return heard(answer);
}

// ---- keypad -------------------------------------------------------------------------------------

function show() {
  const padded = digits.padStart(decimals + 1, "0");
  const whole = padded.slice(0, padded.length - decimals);
  amount.value = digits ? (decimals ? `${whole}.${padded.slice(-decimals)}` : whole) : "";
  total.textContent = amount.value;
  problem.textContent = "";
}

function press(key) {
  if (key === "back") digits = digits.slice(0, -1);
  else if ((digits + key).length <= MAX_DIGITS) digits = (digits + key).replace(/^0+/, "");
  show();
}

amount.readOnly = true; // keeps the screen keyboard away; keys reach us below
document.getElementById("keypad").addEventListener("click", (event) => {
  const key = event.target.closest("[data-key]");
  if (key) press(key.dataset.key);
});
document.addEventListener("keydown", (event) => {
  if (ring.hidden || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.id === "order") return;
  if (/^\d$/.test(event.key)) press(event.key);
  else if (event.key === "Backspace") press("back");
  else if (event.key === "Escape") {
    digits = "";
    show();
  } else return;
  event.preventDefault();
});

// ---- charge: one draft, one invoice, however often it is sent -----------------------------------

function newDraft() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  form.elements.draft.value = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

let sent = "";
for (const field of [amount, form.elements.order]) {
  field.addEventListener("input", () => {
    problem.textContent = "";
  });
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (button.disabled) return;
  if (!/[1-9]/.test(amount.value)) {
    problem.textContent = main.dataset.empty;
    return;
  }
  // Another demand under an old draft would be refused; the same one again must keep its draft.
  const demand = `${amount.value}|${form.elements.order.value}`;
  if (sent && sent !== demand) newDraft();
  sent = demand;
  button.disabled = true;
  problem.textContent = "";
  try {
    const answer = await ask(form.action, { method: "POST", body: new FormData(form) });
    const html = await answer.text();
    if (answer.ok && html.includes("data-invoice")) openSale(html);
    else problem.textContent = (answer.headers.get("X-Problem") && html) || main.dataset.failed;
  } catch {
    problem.textContent = main.dataset.unsure;
  }
  button.disabled = false;
});

// ---- the sale on screen -------------------------------------------------------------------------

function drawSale(html) {
  const open = [...sale.querySelectorAll("details.void[open]")].map((one) => one.className);
  sale.innerHTML = html;
  for (const one of sale.querySelectorAll("details.void")) {
    if (open.includes(one.className)) one.setAttribute("open", "");
  }
  return sale.querySelector("[data-invoice]").dataset;
}

function openSale(html) {
  const { invoice } = drawSale(html);
  delete sale.dataset.stale;
  ring.hidden = side.hidden = true;
  sale.hidden = false;
  if (!location.pathname.endsWith(invoice)) history.pushState(null, "", `${shop}/sales/${invoice}`);
  scrollTo(0, 0);
  followSale();
}

function followSale() {
  stopSale();
  const shown = sale.querySelector("[data-invoice]");
  if (!shown) return;
  const { invoice } = shown.dataset;
  let version = shown.dataset.version;
  let fresh = true;
  let connected = true;

  const draw = async () => {
    const answer = await ask(`${shop}/sales/${invoice}`);
    if (!answer.ok) throw new Error(String(answer.status));
    const html = await answer.text();
    if (sale.hidden || !location.pathname.endsWith(invoice)) return;
    if (!connected) return; // the line broke while this was on its way
    version = drawSale(html).version;
    fresh = true;
    delete sale.dataset.stale;
  };
  // How far a card reader is changes nothing of the invoice: the sale is drawn again meanwhile.
  const looks = setInterval(() => {
    if (fresh && sale.querySelector("[data-reader-goes-on]")) draw().catch(() => {});
  }, READER_MS);
  const stopFollowing = follow({
    stream: `${main.dataset.live}/live/i/${invoice}`,
    poll: `/i/${invoice}/status`,
    onStatus: (status) => {
      if (fresh && status.version === version) return;
      draw().catch(() => hide());
    },
    onLine: (online) => {
      connected = online;
      band.hidden = online;
      if (!online) hide();
    },
  });
  stopSale = () => {
    clearInterval(looks);
    stopFollowing();
  };
  // What was true before the line broke is no ground to hand anything over.
  function hide() {
    fresh = false;
    sale.dataset.stale = "";
    sale.querySelector("#answer").replaceChildren(
      document.getElementById("offline-answer").content.cloneNode(true),
    );
  }
}

function newSale() {
  stopSale();
  stopSale = () => {};
  sale.hidden = true;
  sale.replaceChildren();
  ring.hidden = side.hidden = false;
  digits = "";
  sent = "";
  form.elements.order.value = "";
  newDraft();
  show();
  drawRecent();
}

sale.addEventListener("click", (event) => {
  if (!event.target.closest("[data-new-sale]")) return;
  event.preventDefault();
  history.pushState(null, "", `${shop}/`);
  newSale();
});

sale.addEventListener("submit", async (event) => {
  if ("plain" in event.target.dataset) return; // its answer is a page of its own
  event.preventDefault();
  const pressed = event.target.querySelector("button[type=submit]");
  pressed.disabled = true;
  try {
    const answer = await ask(event.target.action, { method: "POST", body: new FormData(event.target) });
    const html = await answer.text();
    if (html.includes("data-invoice")) drawSale(html);
    else throw new Error(String(answer.status));
  } catch {
    pressed.disabled = false;
    pressed.insertAdjacentText("afterend", main.dataset.failed);
  }
});

addEventListener("popstate", () => location.reload());

// ---- the last sales -----------------------------------------------------------------------------

async function drawRecent() {
  try {
    const answer = await ask(`${shop}/recent`);
    if (!answer.ok) return;
    recent.innerHTML = await answer.text();
  } catch {
    // The list keeps what it shows; the band says that it may be old.
  }
}

recent.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-sale]");
  if (!link || event.metaKey || event.ctrlKey) return;
  event.preventDefault();
  try {
    const answer = await ask(link.href);
    const html = await answer.text();
    if (answer.ok && html.includes("data-invoice")) {
      history.pushState(null, "", link.href);
      openSale(html);
    }
  } catch {
    band.hidden = false;
  }
});

async function shopStream() {
  const answer = await ask(`${shop}/ticket`);
  if (!answer.ok) throw new Error(String(answer.status));
  const { ticket } = await answer.json();
  return `${main.dataset.live}/live/shop/${shop.split("/").pop()}?ticket=${encodeURIComponent(ticket)}`;
}

async function followShop() {
  let stream;
  try {
    stream = await shopStream();
  } catch {
    setTimeout(followShop, 5000);
    return;
  }
  let version = "";
  follow({
    stream,
    poll: `${shop}/ticket`,
    fetcher: ask,
    renew: shopStream,
    onStatus: (status) => {
      if (!status.version || status.version === version) return;
      version = status.version;
      drawRecent();
    },
    onLine: (online) => {
      if (sale.hidden) band.hidden = online;
    },
  });
}
show();
if (!sale.hidden) followSale();
followShop();
if ("lockSeconds" in main.dataset) {
  watchIdle({
    seconds: Number(main.dataset.lockSeconds),
    version: main.dataset.version,
    token: form.elements.csrfmiddlewaretoken.value,
  });
}
