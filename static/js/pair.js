// Pairing: the code out of the scanned link's fragment, which no log ever sees; wiping before it.
import { wipe } from "./device.js";

if (document.querySelector("[data-revoked]")) wipe();

const code = document.getElementById("code");
const scanned = location.hash.slice(1);
if (code && /^[A-Za-z]{8}$/.test(scanned)) {
  code.value = `${scanned.slice(0, 4)} ${scanned.slice(4)}`.toUpperCase();
  history.replaceState(null, "", location.pathname);
  code.form.querySelector("button[type=submit]").focus();
}
