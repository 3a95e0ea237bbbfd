// Runs when a message comes, even while no page is open: shows it, and opens the page it is about.
// It keeps nothing, asks for nothing, and stands between no page and the house.

const HOME = "/notices/";

self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("push", (event) => event.waitUntil(show(said(event.data))));

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data));
});

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
