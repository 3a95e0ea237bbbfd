// Pairing: the code out of the scanned link's fragment, which no log ever sees; wiping before it.
import { wipe } from "./device.js";

const AGAIN_MS = 15000;
const revoked = document.querySelector("[data-revoked]");
let wiping = false;

/** Until all is left with the gateway and wiped; meanwhile the page says that it isn't. */
async function forget() {
  if (wiping || revoked.dataset.revoked === "wiped") return;
  wiping = true;
  const isLeft = await wipe({ end: location.pathname === "/pos/pair" });
  wiping = false;
  revoked.dataset.revoked = isLeft ? "wiped" : "kept";
  for (const words of revoked.querySelectorAll("[data-after]")) {
    words.hidden = words.dataset.after !== revoked.dataset.revoked;
  }
  if (!isLeft) setTimeout(forget, AGAIN_MS);
}

if (revoked) {
  forget();
  addEventListener("online", forget);
}

const code = document.getElementById("code");

function fill() {
  const scanned = location.hash.slice(1);
  if (!code || !/^[A-Za-z]{8}$/.test(scanned)) return;
  code.value = `${scanned.slice(0, 4)} ${scanned.slice(4)}`.toUpperCase();
  history.replaceState(null, "", location.pathname);
  code.form.querySelector("button[type=submit]").focus();
}

// Scanned while this page is open, the link changes nothing of the page but its fragment.
addEventListener("hashchange", fill);
fill();
