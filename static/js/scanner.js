// What a scanner reads goes on the ticket; who scans faster than the gateway answers waits for nothing.
import { ask } from "./device.js";
import { onScan, sound } from "./scans.js";

const AGAIN_MS = 2000;
const main = document.getElementById("main");
const said = document.getElementById("scanned");
const waiting = [];
let working = false;

onScan({ took: take, not: "scan-code" });

document.addEventListener("submit", (event) => {
  if (event.target.id !== "scan" || event.defaultPrevented) return;
  event.preventDefault();
  const field = event.target.elements.code;
  take(field.value.trim());
  field.value = "";
});

function take(code) {
  if (!code) return;
  waiting.push({ code, key: newKey() });
  work();
}

function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function work() {
  if (working) return;
  working = true;
  while (waiting.length) {
    const form = document.getElementById("scan");
    if (!form) break; // the ticket went on meanwhile: it is shown as it is now
    try {
      await put(form, waiting[0]);
      waiting.shift();
    } catch {
      // The same key, so that it goes on once, whether or not it arrived.
      tell(said.dataset.unheard);
      said.classList.remove("hush");
      await new Promise((done) => setTimeout(done, AGAIN_MS));
    }
  }
  working = false;
}

async function put(form, { code, key }) {
  const body = new FormData(form);
  body.set("code", code);
  body.set("key", key);
  const answer = await ask(form.action, { method: "POST", body });
  const shown = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = shown.getElementById("main");
  if (answer.redirected && answer.url.includes("/items/")) location.assign(answer.url);
  else if (fresh) draw(fresh, answer.ok);
  else if (answer.status >= 500) throw new Error(String(answer.status));
  else location.reload();
}

function draw(fresh, isOn) {
  main.replaceChildren(...fresh.childNodes);
  said.classList.add("hush");
  const lines = main.querySelectorAll(".ticket-line");
  const last = isOn && lines.length ? lines[lines.length - 1].querySelector(".row").textContent : "";
  tell(last ? `${said.dataset.put} ${last.replace(/\s+/g, " ").trim()}` : "");
  sound(isOn);
}

function tell(words) {
  said.textContent = words;
}
