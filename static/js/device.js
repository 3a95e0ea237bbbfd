// A paired tablet: wiped once it is taken off, locked when nobody touches it.
import { NAME, end, nobodyStands } from "./kept.js";

const PING_MS = 60000;
const WAIT_MS = 10000;

/** Forgets everything that pages of this address kept here: waiting sales, caches, workers. */
export async function wipe() {
  const attempts = [
    () => localStorage.clear(),
    () => sessionStorage.clear(),
    end,
    () => deleted(NAME), // some browsers can't say what there is
    async () => {
      for (const { name } of await indexedDB.databases()) await deleted(name);
    },
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
    await toCashier();
  }
  return answer;
}

async function toCashier() {
  await nobodyStands().catch(() => {}); // what keeps nothing can't show anything of it either
  location.replace(`/pos/cashier?next=${encodeURIComponent(location.pathname)}`);
}

/** Locks after idle seconds; says now and then that somebody is there, and which version this is.
 * Returns what locks at once. */
export function watchIdle({ seconds, version, token, onTouch }) {
  let timer = 0;
  let told = 0;
  let locked = false;
  const post = (path, fields) => {
    const body = new FormData();
    body.set("csrfmiddlewaretoken", token);
    for (const [name, value] of Object.entries(fields)) body.set(name, value);
    return ask(path, { method: "POST", body });
  };
  const lock = async () => {
    locked = true;
    clearTimeout(timer);
    try {
      await post("/pos/lock", {});
    } catch {
      // Without a line the gateway locks it by itself; the screen is left all the same.
    }
    await toCashier();
  };
  const touched = () => {
    if (locked) return;
    clearTimeout(timer);
    timer = setTimeout(lock, seconds * 1000);
    onTouch();
    if (Date.now() - told < PING_MS) return;
    told = Date.now();
    post("/pos/here", { version }).catch(() => {});
  };
  for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, touched, { passive: true });
  touched();
  return lock;
}
