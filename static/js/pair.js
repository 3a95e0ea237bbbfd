// Pairing: the code out of the scanned link's fragment, which no log ever sees; wiping before it.
import { wipe } from "./device.js";

const revoked = document.querySelector("[data-revoked]");
if (revoked) {
  wipe({ end: location.pathname === "/pos/pair" }).then(() => {
    revoked.dataset.revoked = "wiped";
  });
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
