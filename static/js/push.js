// Turns push on for this browser, says how it stands here, and marks this device in the list.

const WORKER = "/notices/worker.js";
const SCOPE = "/notices/";
const box = document.querySelector("[data-push]");

if (box) {
  const form = box.querySelector("form[data-push-state]");
  form.addEventListener("submit", turnOn);
  for (const remove of box.querySelectorAll("[data-device-remove]")) {
    remove.addEventListener("submit", forget);
  }
  stand();
}

function canBeTold() {
  return "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
}

// Safari on iPhones and iPads knows `standalone`, and push messages only where that is true.
function isOfAppleUninstalled() {
  return navigator.standalone === false && isSecureContext;
}

async function stand() {
  say(await state());
}

function say(state) {
  for (const one of box.querySelectorAll("[data-push-state]")) {
    one.hidden = one.dataset.pushState !== state;
  }
}

async function state() {
  if (!canBeTold()) return isOfAppleUninstalled() ? "installable" : "unsupported";
  if (Notification.permission === "denied") return "denied";
  const subscription = await subscribed();
  const row = subscription && (await rowOf(subscription));
  if (!row) return "off";
  row.querySelector("[data-device-here]").hidden = false;
  return Notification.permission === "granted" && isWithOurKey(subscription) ? "on" : "off";
}

async function subscribed() {
  const registration = await navigator.serviceWorker.getRegistration(SCOPE);
  return (await registration?.pushManager.getSubscription()) ?? null;
}

// The house tells the pages a digest of where a device is reached, never the address itself.
async function rowOf(subscription) {
  const bytes = new TextEncoder().encode(subscription.endpoint);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const hex = [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return box.querySelector(`[data-device="${hex}"]`);
}

function isWithOurKey(subscription) {
  const key = subscription.options?.applicationServerKey;
  return !key || encoded(key) === box.dataset.push;
}

function encoded(buffer) {
  const text = btoa(String.fromCharCode(...new Uint8Array(buffer)));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

async function turnOn(event) {
  event.preventDefault();
  const form = event.currentTarget;
  const button = form.querySelector("button");
  const problem = form.querySelector("[data-push-problem]");
  button.disabled = true;
  problem.hidden = true;
  try {
    const answer = await Notification.requestPermission();
    if (answer === "denied") return say("denied");
    if (answer !== "granted") return complain(problem, problem.dataset.unanswered);
    const { endpoint, keys } = (await subscribe()).toJSON();
    for (const [name, value] of Object.entries({ endpoint, ...keys })) {
      if (form.elements[name]) form.elements[name].value = value;
    }
    form.submit();
  } catch {
    complain(problem, problem.dataset.failed);
  } finally {
    button.disabled = false;
  }
}

async function subscribe() {
  await navigator.serviceWorker.register(WORKER, { scope: SCOPE });
  const { pushManager } = await navigator.serviceWorker.ready;
  const old = await pushManager.getSubscription();
  if (old && !isWithOurKey(old)) await old.unsubscribe();
  return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: box.dataset.push });
}

function complain(problem, words) {
  problem.textContent = words;
  problem.hidden = false;
}

// Removing this device ends it in the browser too; the house forgets it whatever the browser says.
async function forget(event) {
  event.preventDefault();
  const form = event.currentTarget;
  try {
    const subscription = canBeTold() && (await subscribed());
    if (subscription && (await rowOf(subscription))?.contains(form)) await subscription.unsubscribe();
  } finally {
    form.submit();
  }
}
