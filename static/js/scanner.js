// What a scanner reads goes on the ticket; who scans faster than the gateway answers waits for nothing.
import { ask } from "./device.js";
import { onScan } from "./scans.js";
import { sound } from "./sounds.js";

const AGAIN_MS = 2000;
const LEADING_AWAY = ["till_locked", "till_revoked"]; // by `ask` itself
const main = document.getElementById("main");
const said = document.getElementById("scanned");
const here = document.getElementById("scan").action.replace(/\/scan$/, "");
const KEPT = `scans ${here}`; // what waits outlives the page: modifiers are asked for on another one
let waiting = kept();
let working = false;
let leaving = false;

onScan({ took: take, not: "scan-code" });

document.addEventListener("submit", (event) => {
  if (event.target.id !== "scan" || event.defaultPrevented) return;
  event.preventDefault();
  const field = event.target.elements.code;
  take(field.value.trim());
  field.value = "";
});

// Also where "back" shows the page as it was left.
addEventListener("pageshow", () => {
  waiting = kept();
  leaving = false;
  work();
});

function take(code) {
  if (!code) return;
  waiting.push({ code, key: newKey() });
  keep();
  work();
}

function kept() {
  return JSON.parse(sessionStorage.getItem(KEPT) ?? "[]");
}

function keep() {
  if (waiting.length) sessionStorage.setItem(KEPT, JSON.stringify(waiting));
  else sessionStorage.removeItem(KEPT);
}

function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function work() {
  if (working || leaving) return;
  working = true;
  while (waiting.length && !leaving) {
    const form = document.getElementById("scan");
    if (!form) break; // the ticket went on meanwhile: it is shown as it is now
    try {
      await put(form, waiting[0]);
    } catch {
      // The same key, so that it goes on once, whether or not it arrived.
      tell(said.dataset.unheard);
      said.classList.remove("hush");
      await new Promise((done) => setTimeout(done, AGAIN_MS));
    }
  }
  working = false;
}

async function put(form, { code, key, again }) {
  const body = new FormData(form);
  body.set("code", code);
  body.set("key", key);
  const answer = await ask(form.action, { method: "POST", body });
  const shown = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = shown.getElementById("main");
  const isTicket = [here, form.action].includes(answer.url) && shown.getElementById("ticket-head");
  if (answer.status >= 500) throw new Error(String(answer.status));
  if (LEADING_AWAY.includes(answer.headers.get("X-Problem"))) {
    leaving = true;
  } else if (answer.url.startsWith(`${here}/items/`)) {
    done();
    leave(answer.url);
  } else if (isTicket) {
    done();
    draw(fresh, answer.ok);
  } else if (again) {
    done();
    sound("off");
  } else {
    // Somebody has to sign in, or the page is of another day: it waits until it is shown anew.
    waiting[0].again = true;
    keep();
    leave(here);
  }
}

function done() {
  waiting.shift();
  keep();
}

function leave(there) {
  leaving = true;
  location.assign(there);
}

function draw(fresh, isOn) {
  main.replaceChildren(...fresh.childNodes);
  said.classList.add("hush");
  const lines = main.querySelectorAll(".ticket-line");
  const last = isOn && lines.length ? lines[lines.length - 1].querySelector(".row").children : [];
  const words = [...last].map((each) => each.textContent.replace(/\s+/g, " ").trim());
  tell(words.length ? [said.dataset.put, ...words].join(" ") : "");
  sound(isOn ? "on" : "off");
}

function tell(words) {
  said.textContent = words;
}
