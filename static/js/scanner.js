// A scanner types like a keyboard, only faster than anybody, and ends with Enter. What it reads goes on
// the ticket, whatever has the focus; who scans faster than the gateway answers waits for nothing.
import { ask } from "./device.js";

const FAST_MS = 60; // between two keys: scanners take 1 to 30, practised hands 80 and more
const SHORTEST = 4;
const AGAIN_MS = 2000;
const main = document.getElementById("main");
const said = document.getElementById("scanned");
const waiting = [];
let working = false;

// ---- telling a scanner from fingers -------------------------------------------------------------

let burst = { code: "", at: 0, field: null, was: "" };

function begin(event) {
  const { target } = event;
  const field = "value" in target && !target.readOnly ? target : null;
  burst = { code: "", at: 0, field, was: field ? field.value : "" };
}

addEventListener(
  "keydown",
  (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const fast = event.timeStamp - burst.at <= FAST_MS;
    if (event.key === "Enter") {
      const { code, field, was } = burst;
      burst = { code: "", at: 0, field: null, was: "" };
      if (!fast || code.length < SHORTEST || event.target.id === "scan-code") return;
      event.preventDefault(); // or it would press what has the focus
      if (field) field.value = was;
      take(code);
    } else if (event.key.length === 1) {
      if (!fast) begin(event);
      burst.code += event.key;
      burst.at = event.timeStamp;
    }
  },
  { capture: true },
);

// ---- one scan after the other -------------------------------------------------------------------

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

// ---- a sound each, so that nobody has to look ---------------------------------------------------

let audio = null;

function sound(isOn) {
  try {
    audio ??= new AudioContext();
    if (isOn) tone(880, 0, 0.07);
    else for (const begin of [0, 0.22]) tone(220, begin, 0.16);
  } catch {
    // No sound here: the words say it too.
  }
}

function tone(hertz, begin, seconds) {
  const [wave, loudness] = [audio.createOscillator(), audio.createGain()];
  wave.frequency.value = hertz;
  loudness.gain.value = 0.2;
  wave.connect(loudness).connect(audio.destination);
  wave.start(audio.currentTime + begin);
  wave.stop(audio.currentTime + begin + seconds);
}
