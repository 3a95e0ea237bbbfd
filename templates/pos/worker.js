{% autoescape off %}// Keeps the till's shell, so that a paired tablet that has no connection still shows its keypad and
// the sales that wait. Nothing else is ever kept or answered here: no sale, no list, no status.

const SHELL = "/pos/away";
const KEPT = "till-{{ version }}";
const FILES = {{ files }};
const PATIENCE_MS = 8000;
const DOWN = [502, 503, 504]; // the proxy answers, the house behind it doesn't

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(keep([SHELL, ...FILES]));
});

self.addEventListener("activate", (event) => event.waitUntil(begin()));

// A page of the till was opened: its language, its colours or the shop's name may be others now.
self.addEventListener("message", (event) => {
  if (event.data === "shell") event.waitUntil(keep([SHELL]).catch(() => {}));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (isDisplay(new URL(request.url))) return; // a customer reads there: never a till's keypad
  if (request.mode === "navigate") {
    if (request.method === "GET") event.respondWith(visit(event));
    // A form is the browser's own business, unless it is sure that it never left this tablet.
    else if (!navigator.onLine) event.respondWith(shell());
  } else if (request.method === "GET" && isOurs(new URL(request.url))) {
    event.respondWith(file(request));
  }
});

async function begin() {
  for (const name of await caches.keys()) {
    if (name.startsWith("till-") && name !== KEPT) await caches.delete(name);
  }
  await self.registration.navigationPreload?.enable();
  await self.clients.claim();
}

// A tablet that was taken off, or isn't paired, is answered otherwise or led elsewhere: no shell.
async function keep(paths) {
  await Promise.all(
    paths.map(async (path) => {
      const answer = await fetch(path, { cache: "no-cache", redirect: "error" });
      if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
      await (await caches.open(KEPT)).put(path, answer);
    }),
  );
}

// The browser asks by itself meanwhile (navigation preload): so each visit is asked for as if no
// worker stood between, with the cookies that go with where it comes from.
async function visit(event) {
  if (new URL(event.request.url).pathname === SHELL) {
    event.waitUntil(Promise.resolve(event.preloadResponse).catch(() => {}));
    return (await kept(SHELL)) ?? fetch(event.request); // asked for by who has no connection
  }
  let answer;
  try {
    const early = Promise.resolve(event.preloadResponse);
    answer = await within(early.then((found) => found ?? fetch(event.request)));
    if (!DOWN.includes(answer.status)) return answer;
  } catch {
    // No connection, or none that is worth the name.
  }
  return (await kept(SHELL)) ?? answer ?? Response.error();
}

async function shell() {
  return (await kept(SHELL)) ?? Response.error();
}

async function file(request) {
  try {
    return await within(fetch(request));
  } catch {
    return (await kept(request)) ?? Response.error();
  }
}

function isOurs({ origin, pathname }) {
  return origin === self.location.origin && FILES.includes(pathname);
}

function isDisplay({ origin, pathname }) {
  return origin === self.location.origin && /^\/pos\/display(\/|$)/.test(pathname);
}

function kept(what) {
  return caches.match(what, { cacheName: KEPT, ignoreVary: true });
}

function within(promise) {
  return Promise.race([
    promise,
    new Promise((_, failed) => setTimeout(failed, PATIENCE_MS, new Error("no answer"))),
  ]);
}
{% endautoescape %}
