// Tickets and cash that were written down without a connection: shown as what they are, sent in their
// order once there is one, each once. What the gateway can't book waits there for a manager.
import { ask } from "./device.js";
import { clock } from "./drafts.js";
import { dropTicket, noteTicket, tickets } from "./kept.js";
import { lineIsUp, onLine } from "./line.js";

const AGAIN_MS = 15000;

/**
 * @param {object} here
 * @param {string} here.device  the pairing that this tablet has now
 * @param {string} here.shop   where its pages are
 * @param {object} here.token  the form's field that says that it is ours
 * @param {boolean} here.sends  whether this page sends them, or only shows them
 * @param {string} here.sign   of the shop's currency
 * @param {(ticket: object) => Promise<void>} [here.onOpen]  somebody goes on with one of them
 * @param {(key: string) => boolean} [here.isOnScreen]  whether it is in work already
 * @param {() => void} [here.onSent]  something was sent
 */
export function keptTickets(here) {
  const section = document.getElementById("kept");
  const list = document.getElementById("kept-rows");
  const template = document.getElementById("kept-row");
  const said = document.getElementById("kept-said");
  let drawn = "";
  let sending = false;

  async function draw() {
    const kept = await tickets();
    const all = kept.filter(({ key }) => !here.isOnScreen?.(key));
    const now = JSON.stringify([all, lineIsUp()]);
    if (now === drawn) return;
    drawn = now;
    list.replaceChildren(...all.map(rowOf));
    section.hidden = !all.length;
  }

  function rowOf(ticket) {
    const row = template.content.cloneNode(true).firstElementChild;
    const find = (what) => row.querySelector(what);
    row.dataset.key = ticket.key;
    const state = ticket.problem ? "problem" : ticket.tried ? "tried" : ticket.ends;
    for (const one of row.querySelectorAll("[data-amount]")) {
      one.textContent = ` ${here.sign} ${ticket.dueText}`;
    }
    find("[data-number]").textContent = ticket.number;
    find("time").textContent = clock(ticket.at);
    find("[data-label]").textContent = ticket.label && ` · ${ticket.label}`;
    find("[data-why]").textContent = ticket.problem;
    for (const one of row.querySelectorAll("[data-state]")) one.hidden = one.dataset.state !== state;
    const isOurs = ticket.device === here.device;
    find("[data-do=open]").hidden = !here.onOpen || !isOurs || state !== "open";
    find("[data-do=send]").hidden = !here.sends || state !== "problem";
    return row;
  }

  /** Sends one: it is the gateway's from then on, booked or waiting for a manager. */
  async function send({ key }) {
    const ticket = await noteTicket(key, { tried: true, problem: "" });
    if (!ticket) return;
    const answer = await ask(`${here.shop}/away-sales`, {
      method: "POST",
      body: JSON.stringify(ticket),
      headers: {
        "X-Part": "1",
        "X-CSRFToken": here.token.value,
        "Content-Type": "application/json",
      },
    });
    if (answer.ok && !answer.redirected) {
      const became = await answer.json();
      await dropTicket(ticket);
      tell(ticket, became);
      return;
    }
    const problem = answer.headers.get("X-Problem");
    // It stays here, to be seen and saved as a file: cash that was taken is never dropped. What
    // answers without a reason is no word on the ticket: it is sent again.
    if (problem && problem !== "till_locked") await noteTicket(key, { problem: await answer.text() });
  }

  function tell(ticket, { number, href, words }) {
    const line = document.getElementById("kept-became").content.cloneNode(true).firstElementChild;
    if (href) line.querySelector("a").href = href;
    line.querySelector("[data-amount]").textContent = `${here.sign} ${ticket.dueText}`;
    line.querySelector("[data-number]").textContent = number;
    line.querySelector("[data-words]").textContent = words;
    said.append(line);
    said.hidden = false;
  }

  async function flush() {
    if (sending || !here.sends || !lineIsUp()) return draw();
    sending = true;
    let sent = 0;
    try {
      for (const ticket of await tickets()) {
        if (ticket.problem) continue;
        await send(ticket);
        sent += 1;
      }
    } catch {
      // The connection went again: what was on its way is sent anew under the same key.
    } finally {
      sending = false;
    }
    await draw();
    if (sent) here.onSent?.();
  }

  list.addEventListener("click", async (event) => {
    const pressed = event.target.closest("[data-do]");
    if (!pressed) return;
    const { key } = pressed.closest("[data-key]").dataset;
    const ticket = (await tickets()).find((one) => one.key === key);
    if (!ticket) return;
    if (pressed.dataset.do === "open") await here.onOpen(ticket);
    else await send(ticket).catch(() => {});
    await draw();
  });

  section.querySelector("[data-save]").addEventListener("click", async () => {
    const text = JSON.stringify(await tickets(), null, 1);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
    link.download = "till-without-connection.json";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  });

  const again = () => flush().catch(() => {}); // the tablet was wiped, or keeps nothing
  setInterval(again, AGAIN_MS);
  onLine(again);
  addEventListener("focus", again);
  document.addEventListener("visibilitychange", again);
  again();

  return { draw: () => draw().catch(() => {}) };
}
