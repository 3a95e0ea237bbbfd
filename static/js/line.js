// Whether the gateway answers: always in words at the top of the till, and told to who asks.

const LOOK_MS = 5000;
const strip = document.getElementById("line");
const band = document.getElementById("offline");
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
  for (const told of listeners) told(up);
}

/** Looks again by `look` while nothing is heard, and at once when something may have changed. */
export function lookBy(look) {
  const again = async () => {
    if (up) return;
    try {
      await look();
      say("look", true);
    } catch {
      say("look", false);
    }
  };
  setInterval(again, LOOK_MS);
  addEventListener("online", again);
  addEventListener("focus", again);
  addEventListener("pageshow", again);
  document.addEventListener("visibilitychange", again);
  again();
  return async () => {
    say("look", false);
    await again();
  };
}
