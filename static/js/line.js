// Whether the gateway answers: always in words at the top of the till's pages, and told to who asks.
// Without a connection what needs one says so, and leaves the page as it is.
import { ask } from "./device.js";

const LOOK_MS = 5000;
const strip = document.getElementById("line");
const band = document.getElementById("offline");
const needs = document.getElementById("needs-line");
const { shop } = strip.dataset;
const silent = new Set();
const listeners = [];
let up = band.hidden;

export function lineIsUp() {
  return up;
}

/** Has `told` called with whether there is a connection, whenever that changes. */
export function onLine(told) {
  listeners.push(told);
}

/** One of the things that this page follows says whether it is heard. */
export function say(what, heard) {
  if (heard) silent.delete(what);
  else silent.add(what);
  const now = !silent.size;
  if (now === up) return;
  up = now;
  strip.hidden = !up;
  band.hidden = up;
  needs.hidden = true;
  for (const told of listeners) told(up);
}

/** Something had no answer: looks whether anything has, now and until it has. */
export function doubtLine() {
  say("look", false);
  return look();
}

async function look() {
  if (up) return;
  try {
    const answer = await ask(`${shop}/ticket`);
    if (answer.redirected) location.replace(`${shop}/`); // nobody is signed in: it leads to who may
    else if (!answer.ok) throw new Error(String(answer.status));
    say("look", true);
  } catch {
    say("look", false);
  }
}

function refuse(event) {
  if (up || event.defaultPrevented) return;
  event.preventDefault();
  needs.hidden = false;
}

document.addEventListener("click", (event) => {
  if (event.target.closest(".till-bar a, [data-needs-line]")) refuse(event);
});
document.addEventListener("submit", refuse);
addEventListener("offline", () => say("look", false));
addEventListener("online", look);
addEventListener("focus", look);
document.addEventListener("visibilitychange", look);
setInterval(look, LOOK_MS);
look();
