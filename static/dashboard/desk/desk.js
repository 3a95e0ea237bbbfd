// The desk's pages: charts, and the part of a page that follows the market.
import { follow } from "../../js/live.js";
import "../../js/page.js";
import { draw, keepDrawn } from "./charts.js";

const WAIT_MS = 10000;
const main = document.getElementById("main");
const part = document.getElementById("part");
const offline = document.getElementById("offline");
let asking = false;
let again = false;
let known = "";

keepDrawn();

/** What an element is called by, so that its successor can be found. */
function nameOf(element) {
  return element.id ? `#${CSS.escape(element.id)}` : element.getAttribute("href");
}

/** Puts the new part in place; what had the focus, what was open and scrolled stays so. */
function replace(html) {
  const focus = part.contains(document.activeElement) ? nameOf(document.activeElement) : null;
  const open = [...part.querySelectorAll("details")].map((one) => one.open);
  const scrolled = [...part.querySelectorAll(".scroll")].map((one) => one.scrollLeft);
  part.innerHTML = html;
  part.querySelectorAll("details").forEach((one, index) => {
    one.open = open[index] ?? false;
  });
  part.querySelectorAll(".scroll").forEach((one, index) => {
    one.scrollLeft = scrolled[index] ?? 0;
  });
  if (focus) {
    const successor = focus.startsWith("#")
      ? part.querySelector(focus)
      : part.querySelector(`a[href="${CSS.escape(focus)}"]`);
    successor?.focus({ preventScroll: true });
  }
  // What can't be done any more is not offered any longer; what was being typed stays.
  for (const offer of document.querySelectorAll("[data-while]")) {
    offer.hidden = !part.querySelector(`[data-can="${offer.dataset.while}"]`);
  }
  draw();
}

async function refresh() {
  again = asking;
  if (asking || getSelection()?.type === "Range") return; // nobody's marked text is taken away
  asking = true;
  try {
    const answer = await fetch(location.href, {
      cache: "no-store",
      headers: { "X-Part": "1" },
      signal: AbortSignal.timeout(WAIT_MS),
    });
    // A session that ended answers with the sign-in: the whole page goes there.
    if (answer.redirected || answer.status === 404 || answer.status === 403) location.reload();
    else if (answer.ok) replace(await answer.text());
  } catch {
    offline.hidden = false;
  }
  asking = false;
  if (again) refresh();
}

if (part && main.dataset.stream) {
  follow({
    stream: `${main.dataset.stream}?ticket=${encodeURIComponent(main.dataset.ticket)}`,
    poll: "/desk/ticket",
    onStatus: ({ ticket, ...glance }) => {
      const seen = JSON.stringify(glance);
      if (known && seen !== known) refresh();
      known = seen;
    },
    onLine: (online) => {
      offline.hidden = online;
    },
    renew: async () => {
      const answer = await fetch("/desk/ticket", { cache: "no-store" });
      if (!answer.ok) throw new Error(String(answer.status));
      const { ticket } = await answer.json();
      return `${main.dataset.stream}?ticket=${encodeURIComponent(ticket)}`;
    },
  });
}
