// Beside the sale: which phone has it, money for sales out of sight, what the cash register asks for.
// And it tells the gateway which sale this tablet shows, for the customer's display and the sticker.
import { heard } from "./device.js";
import { sound } from "./sounds.js";

const LOOK_MS = 3000;
const WAIT_MS = 8000;
const WARNED = "arrivals heard";
const strip = document.getElementById("beside");
const sale = document.getElementById("sale");
const { shop } = strip.dataset;
let drawn = "";
let asksTip = false;

async function ask(path, options = {}) {
  const answer = await fetch(path, {
    cache: "no-store",
    headers: { "X-Part": "1" },
    signal: AbortSignal.timeout(WAIT_MS),
    ...options,
  });
  return heard(answer);
}

// ---- what there is to tell ----------------------------------------------------------------------

function draw(html) {
  // A token against forged forms differs in each drawing and changes nothing of what is told.
  const told = html.replace(/name="csrfmiddlewaretoken" value="[^"]*"/g, "");
  if (told === drawn || strip.contains(document.activeElement)) return;
  drawn = told;
  strip.innerHTML = html;
  for (const link of strip.querySelectorAll("a")) {
    link.hidden = link.pathname === location.pathname;
  }
  warn();
}

// Money for a sale out of sight is heard once, on whichever of the till's pages it is told first.
function warn() {
  const known = JSON.parse(sessionStorage.getItem(WARNED) ?? "[]");
  const there = [...strip.querySelectorAll("[data-arrival]")].map((one) => one.dataset.arrival);
  if (there.some((id) => !known.includes(id))) sound("look");
  sessionStorage.setItem(WARNED, JSON.stringify(there));
}

async function look() {
  try {
    if (document.visibilityState === "visible") {
      const answer = await ask(`${shop}/beside`);
      if (answer.ok) {
        draw(await answer.text());
        tipped();
      }
    }
  } catch {
    // Without a line nothing new is told; the till's own band says that there is none.
  }
  setTimeout(look, LOOK_MS);
}

// The customer chose a tip on the display: the page that asks for one on this tablet is over.
function tipped() {
  if (!location.pathname.endsWith("/turned")) return;
  const asks = Boolean(strip.querySelector("[data-tip]")?.dataset.tip);
  if (asksTip && !asks) location.assign(location.pathname.replace(/\/turned$/, ""));
  asksTip = asks;
}

strip.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const body = new FormData(form, event.submitter);
  for (const button of form.querySelectorAll("button")) button.disabled = true;
  try {
    const answer = await ask(form.action, { method: "POST", body });
    if (!answer.ok) throw new Error(String(answer.status));
    document.activeElement?.blur();
    draw(await answer.text());
  } catch {
    for (const button of form.querySelectorAll("button")) button.disabled = false;
  }
});

// ---- what this tablet shows ---------------------------------------------------------------------

function onScreen() {
  return sale.hidden ? "" : (sale.querySelector("[data-invoice]")?.dataset.invoice ?? "");
}

if (sale) {
  const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
  let told = null; // the page may come from a cache
  let timer = 0;
  const tell = async () => {
    const now = onScreen();
    if (now === told) return;
    const body = new FormData();
    body.set("csrfmiddlewaretoken", token);
    body.set("invoice", now);
    try {
      const answer = await ask(`${shop}/showing`, { method: "POST", body });
      if (answer.ok || answer.status === 404) told = now;
    } catch {
      // Told again below.
    }
    if (told !== onScreen()) timer = setTimeout(tell, LOOK_MS);
  };
  new MutationObserver(() => {
    clearTimeout(timer);
    timer = setTimeout(tell, 50); // a sale is drawn, then shown: once is enough
  }).observe(sale, { attributes: true, attributeFilter: ["hidden"], childList: true });
  tell();
}
look();
