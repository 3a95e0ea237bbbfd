// Runs when a message comes, even while no page is open: shows it, and opens the page it is about.
// It keeps nothing, stands between no page and the house, and says one thing of itself: where the
// browser is reached, once its push service changes that.

const HOME = "/notices/";

self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("push", (event) => event.waitUntil(show(said(event.data))));

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data));
});

self.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(move(event)));

// The push service reaches this browser elsewhere from now on. Without the old address nothing
// can be said: the page of notices then shows that it is off here.
async function move({ oldSubscription: old, newSubscription }) {
  if (!old) return;
  const now = newSubscription ?? (await self.registration.pushManager.subscribe(old.options));
  const { endpoint, keys } = now.toJSON();
  const body = new URLSearchParams({
    old_endpoint: old.endpoint,
    old_auth: old.toJSON().keys.auth,
    endpoint,
    ...keys,
  });
  await fetch("/notices/devices/moved", { method: "POST", body, credentials: "omit" });
}

function said(data) {
  try {
    return data.json();
  } catch {
    // Something came that can't be read. A browser wants it shown all the same.
    return { tag: "unreadable", title: "Tillway", body: "", path: HOME, language: "en", quiet: true };
  }
}

// A message with the same tag takes the place of the earlier one, without a sound of its own.
function show({ tag, title, body, path, language, quiet }) {
  return self.registration.showNotification(title, {
    tag,
    body,
    lang: language,
    silent: quiet,
    data: path,
  });
}

async function open(path) {
  const url = ours(path);
  const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const there = windows.find((one) => one.url === url);
  return there ? there.focus() : self.clients.openWindow(url);
}

function ours(path) {
  const url = new URL(path, self.location.origin);
  return url.origin === self.location.origin ? url.href : new URL(HOME, self.location.origin).href;
}
