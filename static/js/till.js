// The till: keypad, one Charge, the sale that follows its money, the last sales beside it. Without a
// connection (`away`: shown by the worker) it is the keypad and the sales that wait.
import { keptTickets } from "./away_sales.js";
import { awayTicket } from "./away_ticket.js";
import { clock, waitingSales } from "./drafts.js";
import { ask, lockTill, watchIdle } from "./device.js";
import { onlyOf, stander, stands } from "./kept.js";
import { doubtLine, lineIsUp, onLine, say } from "./line.js";
import { follow } from "./live.js";
import "./page.js";
import { onScan } from "./scans.js";
import { keepShell } from "./shell.js";
import { sound } from "./sounds.js";

const TOUCH_MS = 5000;
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
const { shop, device } = main.dataset;
const away = "away" in main.dataset;
const decimals = Number(main.dataset.decimals);
const MAX_DIGITS = 10;
let digits = amount.value.replace(/\D/g, "").replace(/^0+/, ""); // a sale to repeat, or to mend
let stopSale = () => {};
let waiting = null;
let ticket = null; // without a connection: what is tapped and typed goes on it

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

// A scanner at the keypad types no amount: what it reads begins a ticket.
let typed = "";
onScan({
  began: () => {
    typed = digits;
  },
  took: (code) => {
    if (ring.hidden) return;
    digits = typed;
    show();
    if (ticket) ticket.scan(code);
    else if (!away) ticketOf(code);
  },
});

async function ticketOf(code) {
  const body = new FormData(form);
  body.set("code", code);
  try {
    const answer = await ask(`${shop}/tickets/typed`, { method: "POST", body });
    if (answer.ok && answer.redirected) location.assign(answer.url);
    else problem.textContent = (answer.headers.get("X-Problem") && (await answer.text())) || main.dataset.failed;
    sound(answer.ok ? "on" : "off");
  } catch {
    problem.textContent = main.dataset.unscanned;
    sound("off");
    doubtLine();
  }
}

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
  if (event.submitter?.id === "ticket-button") {
    ontoTicket(event);
    return;
  }
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
  if (waiting && (!lineIsUp() || waiting.isChanging())) await putAside({ tried: false });
  else await charge();
  button.disabled = false;
});

// Leads to the ticket's own page; without a connection `line.js` keeps it here.
function ontoTicket(event) {
  const isEmpty = !/[1-9]/.test(amount.value);
  if (!isEmpty && !waiting?.isChanging()) return;
  event.preventDefault();
  problem.textContent = isEmpty ? main.dataset.empty : main.dataset.changing;
}

let putting = false; // tapped twice it is one amount
document.getElementById("onto")?.addEventListener("click", async () => {
  const units = Number(digits);
  if (!units) problem.textContent = main.dataset.empty;
  if (!units || putting) return;
  putting = true;
  if (await ticket?.putAmount(units, form.elements.order.value.trim())) clear();
  putting = false;
});

async function charge() {
  try {
    const answer = await ask(form.action, { method: "POST", body: new FormData(form) });
    const html = await answer.text();
    if (answer.ok && html.includes("data-invoice")) openSale(html);
    else problem.textContent = (answer.headers.get("X-Problem") && html) || main.dataset.failed;
  } catch {
    if (waiting) await putAside({ tried: true });
    else problem.textContent = main.dataset.unsure;
    doubtLine();
  }
}

// A paired tablet keeps what can't be asked for now, or was and had no answer.
async function putAside({ tried }) {
  const { draft, order } = form.elements;
  try {
    await waiting.add({ draft: draft.value, amount: amount.value, order: order.value.trim(), tried });
    clear();
    waiting.sendSoon();
  } catch {
    problem.textContent = tried ? main.dataset.unsure : main.dataset.unkept;
  }
}

function clear() {
  digits = "";
  sent = "";
  form.elements.order.value = "";
  newDraft();
  show();
}

// ---- the sale on screen -------------------------------------------------------------------------

function drawSale(html) {
  const open = [...sale.querySelectorAll("details.void[open]")].map((one) => one.className);
  sale.innerHTML = html;
  for (const one of sale.querySelectorAll("details.void")) {
    if (open.includes(one.className)) one.setAttribute("open", "");
  }
  return sale.querySelector("[data-invoice]").dataset;
}

function answered() {
  return sale.querySelector("[data-answer]")?.dataset.answer;
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
  let heardAt = new Date();

  const draw = async () => {
    const answer = await ask(`${shop}/sales/${invoice}`);
    if (!answer.ok) throw new Error(String(answer.status));
    const html = await answer.text();
    if (sale.hidden || !location.pathname.endsWith(invoice)) return;
    if (!connected) return; // the line broke while this was on its way
    const before = answered();
    version = drawSale(html).version;
    const now = answered();
    if (now !== before && now !== "wait") sound(now); // yes or no: heard across the counter
    fresh = true;
    heardAt = new Date();
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
      if (fresh && status.version === version) heardAt = new Date();
      else draw().catch(() => hide());
    },
    onLine: (online) => {
      connected = online;
      say("sale", online);
      if (!online) hide();
    },
  });
  stopSale = () => {
    clearInterval(looks);
    stopFollowing();
    say("sale", true);
  };
  // What was true before the line broke is no ground to hand anything over.
  function hide() {
    fresh = false;
    sale.dataset.stale = "";
    const answer = document.getElementById("offline-answer").content.cloneNode(true);
    answer.querySelector("time").textContent = clock(heardAt);
    sale.querySelector("#answer").replaceChildren(answer);
  }
}

function newSale() {
  stopSale();
  stopSale = () => {};
  sale.hidden = true;
  sale.replaceChildren();
  ring.hidden = side.hidden = false;
  clear();
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

const asOf = document.getElementById("as-of");
let recentAt = new Date();

async function drawRecent() {
  if (away) return;
  try {
    const answer = await ask(`${shop}/recent`);
    if (!answer.ok) return;
    const html = await answer.text();
    if (!lineIsUp()) return; // asked before the line went: by now it may be untrue
    recent.innerHTML = html;
    recentAt = new Date();
    delete recent.dataset.stale;
    asOf.hidden = true;
  } catch {
    // The list keeps what it shows; the band says that it may be old.
  }
}

onLine((up) => {
  if (up) drawRecent();
  else if (asOf) {
    recent.dataset.stale = "";
    asOf.querySelector("time").textContent = clock(recentAt);
    asOf.hidden = false;
  }
});

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
    doubtLine();
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
    say("shop", false);
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
    onLine: (online) => say("shop", online),
  });
}

// ---- without a connection -------------------------------------------------------------------------

const locked = document.getElementById("locked");

function lock() {
  return lockTill({ device, token: form.elements.csrfmiddlewaretoken.value });
}

// The worker shows the shell until somebody answers; then the page itself comes back.
if (away) {
  onLine((up) => {
    if (!up) return;
    if (!locked.hidden) {
      lock();
      return;
    }
    if (ticket?.isBusy()) {
      document.getElementById("back-online").hidden = false; // nobody's ticket is taken from them
      return;
    }
    const isSale = location.pathname.startsWith(`${shop}/sales/`);
    location.replace(isSale ? location.pathname : `${shop}/`);
  });
}

// ---- a paired tablet -----------------------------------------------------------------------------

async function standsHere() {
  if (!away) await onlyOf(device);
  const last = await stander(device);
  if (last?.locked) return null;
  if (!away) return main.dataset;
  const idle = Math.abs(Date.now() - (last?.at ?? 0));
  return idle < Number(main.dataset.lockSeconds) * 1000 ? last : null;
}

async function startPaired() {
  const here = await standsHere().catch(() => (away ? null : main.dataset));
  if (!here) {
    if (away) locked.hidden = false;
    else lock();
    return;
  }
  const { who, name } = here;
  let written = 0;
  const lockNow = watchIdle({
    seconds: Number(main.dataset.lockSeconds),
    version: main.dataset.version,
    token: form.elements.csrfmiddlewaretoken.value,
    lock,
    onTouch: () => {
      if (Date.now() - written < TOUCH_MS) return;
      written = Date.now();
      stands({ device, who, name, at: written }).catch(() => {});
    },
  });
  document.querySelector("form[action='/pos/lock']").addEventListener("submit", (event) => {
    event.preventDefault();
    lockNow();
  });
  waiting = waitingSales({
    device,
    who,
    name,
    form,
    sends: !away,
    sign: main.dataset.sign,
    failed: main.dataset.failed,
    onChange: (draft) => {
      clear();
      if (draft) {
        digits = draft.amount.replace(".", "").replace(/^0+/, "");
        form.elements.order.value = draft.order;
        show();
      }
      scrollTo(0, 0);
    },
    onSent: (answers) => {
      const busy = ring.hidden || digits || form.elements.order.value;
      if (answers.length === 1 && !busy) openSale(answers[0]);
      else drawRecent();
    },
  });
  const kept = keptTickets({
    device,
    shop,
    token: form.elements.csrfmiddlewaretoken,
    sends: !away,
    sign: main.dataset.sign,
    onOpen: away ? (found) => ticket.open(found) : undefined,
    isOnScreen: (key) => Boolean(ticket?.isOnScreen(key)),
    onSent: drawRecent,
  });
  if (away) {
    ticket = awayTicket({ device, who, name, sign: main.dataset.sign, onKept: kept.draw });
    document.getElementById("who").textContent = name;
    document.getElementById("was-sale").hidden = !location.pathname.startsWith(`${shop}/sales/`);
    ring.hidden = side.hidden = false;
  } else keepShell();
}

show();
if (!sale.hidden) followSale();
if (away) newDraft();
else followShop();
if (device) startPaired();
