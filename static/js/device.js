// A paired tablet: wiped once it is taken off, locked when nobody touches it.
import { NAME, dropTicket, end, nobodyStands, onlyTickets, stands, tickets } from "./kept.js";

const PING_MS = 60000;
const WAIT_MS = 10000;
const AT_ONCE = 20; // tickets
const LONG = 500000; // letters: the gateway reads 2 MB at once

/** Leaves with the gateway what was written down here without a connection; whether nothing of it is
 * here any more. What the gateway doesn't name as safe there stays. `end`: this tablet forgets that it
 * was a till. */
async function leave(end) {
  try {
    for (const sales of fewAtOnce("indexedDB" in globalThis ? await tickets() : [])) {
      const answer = await left({ sales });
      if (!answer.ok || answer.redirected) return false;
      const { keys } = await answer.json();
      for (const one of sales) if (keys.includes(one.key)) await dropTicket(one);
    }
    if ("indexedDB" in globalThis && (await tickets()).length) return false;
    const answer = await left({ sales: [], end });
    // Nobody here knows a tablet that was never a till (404), and it has nothing.
    return answer.status === 204 || answer.status === 404;
  } catch {
    return false;
  }
}

function left(what) {
  return fetch("/pos/left", {
    method: "POST",
    body: JSON.stringify(what),
    headers: { "Content-Type": "application/json" },
    signal: AbortSignal.timeout(WAIT_MS),
  });
}

function fewAtOnce(all) {
  const parts = [];
  let letters = 0;
  for (const one of all) {
    const more = JSON.stringify(one).length;
    if (!parts.length || parts.at(-1).length === AT_ONCE || letters + more > LONG) {
      parts.push([]);
      letters = 0;
    }
    parts.at(-1).push(one);
    letters += more;
  }
  return parts;
}

/** Forgets everything that pages of this address kept here: waiting sales, caches, workers. Tickets
 * and cash that can't be left with the gateway now stay, until it hears of them; whether none do. */
export async function wipe({ end: isEnd = false } = {}) {
  const isLeft = await leave(isEnd);
  const forget = isLeft
    ? [
        end,
        () => deleted(NAME), // some browsers can't say what there is
        async () => {
          for (const { name } of await indexedDB.databases()) await deleted(name);
        },
      ]
    : [onlyTickets];
  const attempts = [
    () => localStorage.clear(),
    () => sessionStorage.clear(),
    ...forget,
    // Workers before what they keep: one that is gone keeps nothing anew.
    async () => {
      for (const worker of await navigator.serviceWorker.getRegistrations()) {
        await worker.unregister();
      }
    },
    async () => {
      for (const name of await caches.keys()) await caches.delete(name);
    },
  ];
  for (const attempt of attempts) {
    try {
      await attempt();
    } catch {
      // An old browser, or no secure context: it has nothing of that kind to forget.
    }
  }
  return isLeft;
}

function deleted(name) {
  return new Promise((done) => {
    const asked = indexedDB.deleteDatabase(name);
    asked.onsuccess = asked.onerror = asked.onblocked = done;
  });
}

/** Asks the gateway for a part of a page, and no longer than a cashier waits. */
export async function ask(path, options = {}) {
  const answer = await fetch(path, {
    cache: "no-store",
    headers: { "X-Part": "1" },
    signal: AbortSignal.timeout(WAIT_MS),
    ...options,
  });
  return heard(answer);
}

/** Looks at an answer for the two things that end a till's page. */
export async function heard(answer) {
  const code = answer.headers.get("X-Problem");
  if (code === "till_revoked") {
    await wipe();
    location.replace("/pos/pair");
  } else if (code === "till_locked") {
    await nobodyStands().catch(() => {}); // what keeps nothing can't show anything of it either
    toCashier();
  }
  return answer;
}

function toCashier() {
  location.replace(`/pos/cashier?next=${encodeURIComponent(location.pathname)}`);
}

function post(path, fields) {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.set(name, value);
  return ask(path, { method: "POST", body });
}

/** Nobody stands here any more. What the gateway can't be told now it is told before the till opens
 * again. */
export async function lockTill({ device, token }) {
  try {
    const answer = await post("/pos/lock", { csrfmiddlewaretoken: token });
    if (!answer.ok) throw new Error(String(answer.status));
  } catch {
    await stands({ device, locked: true }).catch(() => {});
  }
  toCashier();
}

/** Calls `lock` after idle seconds, or as it returns; says now and then that somebody is there, and
 * which version this is. */
export function watchIdle({ seconds, version, token, lock, onTouch }) {
  let timer = 0;
  let told = 0;
  let locked = false;
  const lockNow = () => {
    locked = true;
    clearTimeout(timer);
    lock();
  };
  const touched = () => {
    if (locked) return;
    clearTimeout(timer);
    timer = setTimeout(lockNow, seconds * 1000);
    onTouch();
    if (Date.now() - told < PING_MS) return;
    told = Date.now();
    post("/pos/here", { version, csrfmiddlewaretoken: token }).catch(() => {});
  };
  for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, touched, { passive: true });
  touched();
  return lockNow;
}
