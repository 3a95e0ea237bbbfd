// The PIN pad: keys write into the field, which works without them too.
import { nobodyStands } from "./kept.js";

// Without a connection the till is opened by what the tablet knows: now it knows of nobody.
if (document.querySelector("[data-locked]")) nobodyStands().catch(() => {});

const pad = document.getElementById("keypad");
const pin = document.getElementById("pin");
const problem = document.getElementById("pin-problem");

pad?.addEventListener("click", (event) => {
  const key = event.target.closest("[data-key]")?.dataset.key;
  if (!key) return;
  if (key === "clear") pin.value = "";
  else if (key === "back") pin.value = pin.value.slice(0, -1);
  else if (pin.value.length < pin.maxLength) pin.value += key;
  problem.textContent = "";
});

pin?.addEventListener("input", () => {
  pin.value = pin.value.replace(/\D/g, "");
  problem.textContent = "";
});
