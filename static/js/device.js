// A paired tablet: wiped once it is taken off, locked when nobody touches it.

const PING_MS = 60000;

/** Forgets everything that pages of this address kept here: waiting sales, caches, workers. */
export async function wipe() {
  const attempts = [
    () => localStorage.clear(),
    () => sessionStorage.clear(),
    async () => {
      for (const { name } of await indexedDB.databases()) indexedDB.deleteDatabase(name);
    },
    async () => {
      for (const name of await caches.keys()) await caches.delete(name);
    },
    async () => {
      for (const worker of await navigator.serviceWorker.getRegistrations()) {
        await worker.unregister();
      }
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

/** Looks at an answer for the two things that end a till's page. */
export async function heard(answer) {
  const code = answer.headers.get("X-Problem");
  if (code === "till_revoked") {
    await wipe();
    location.replace("/pos/pair");
  } else if (code === "till_locked") {
    toCashier();
  }
  return answer;
}

function toCashier() {
  location.replace(`/pos/cashier?next=${encodeURIComponent(location.pathname)}`);
}

/** Locks after idle seconds; says now and then that somebody is there, and which version this is. */
export function watchIdle({ seconds, version, token }) {
  let timer = 0;
  let told = 0;
  const post = (path, fields) => {
    const body = new FormData();
    body.set("csrfmiddlewaretoken", token);
    for (const [name, value] of Object.entries(fields)) body.set(name, value);
    return fetch(path, { method: "POST", body, headers: { "X-Part": "1" }, cache: "no-store" });
  };
  const lock = async () => {
    try {
      await heard(await post("/pos/lock", {}));
    } catch {
      // Without a line the gateway locks it by itself; the screen is left all the same.
    }
    toCashier();
  };
  const touched = () => {
    clearTimeout(timer);
    timer = setTimeout(lock, seconds * 1000);
    if (Date.now() - told < PING_MS) return;
    told = Date.now();
    post("/pos/here", { version }).then(heard, () => {});
  };
  for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, touched, { passive: true });
  touched();
}
