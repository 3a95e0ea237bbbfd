// Sales that were typed without a connection: shown as what they are, sent once there is one again.
import { ask } from "./device.js";
import { drafts, drop, keep, note } from "./kept.js";
import { lineIsUp, onLine } from "./line.js";

const MAY_HAVE_LEFT_MS = 5 * 60 * 1000;
const AGAIN_MS = 15000;
const BY_ITSELF = ["waiting", "unsure"];

/** The time of a moment as the tablet's own clock shows it. */
export function clock(moment) {
  const { lang } = document.documentElement;
  return new Date(moment).toLocaleTimeString(lang, { hourCycle: "h23" });
}

/** How a draft stands: it goes by itself, or somebody has to say so first, and why. */
function standing(draft, { who, changing }) {
  if (draft.draft === changing) return "changing";
  if (draft.refused) return "refused";
  if (draft.by !== who) return "other";
  const age = Date.now() - draft.at;
  if (age < 0 || age > MAY_HAVE_LEFT_MS) return "old"; // a clock set back says nothing of the age
  return draft.tried ? "unsure" : "waiting";
}

/**
 * @param {object} here
 * @param {string} here.device  the pairing whose sales these are
 * @param {string} here.who     who stands here, and `here.name` how they are called
 * @param {HTMLFormElement} here.form  how a sale is asked for
 * @param {boolean} here.sends  whether this page sends them, or only keeps and shows them
 * @param {string} here.sign    of the shop's currency
 * @param {string} here.failed  what to say of a refusal without a reason
 * @param {(draft: object) => void} here.onChange  a draft is to be typed anew; null: it isn't
 * @param {(answers: string[]) => void} here.onSent  these became sales by themselves
 */
export function waitingSales(here) {
  const section = document.getElementById("waiting");
  const list = document.getElementById("drafts");
  const template = document.getElementById("draft-row");
  const said = document.getElementById("drafts-said");
  let changing = "";
  let drawn = "";
  let sending = false;

  async function draw() {
    const kept = await drafts(here.device);
    const rows = kept.map((draft) => [draft, standing(draft, { who: here.who, changing })]);
    const now = JSON.stringify([rows, lineIsUp()]);
    if (now === drawn) return; // what is open, or has the focus, stays so
    drawn = now;
    list.replaceChildren(...rows.map(([draft, state]) => rowOf(draft, state)));
    section.hidden = !rows.length;
    for (const one of document.querySelectorAll("[data-drafts]")) {
      one.hidden = !rows.length;
      one.lastElementChild.textContent = rows.length;
    }
  }

  function rowOf(draft, state) {
    const row = template.content.cloneNode(true).firstElementChild;
    const find = (what) => row.querySelector(what);
    row.dataset.draft = draft.draft;
    for (const one of row.querySelectorAll("[data-amount]")) {
      one.textContent = ` ${here.sign} ${draft.amount}`;
    }
    find("time").textContent = clock(draft.at);
    find("[data-order]").textContent = draft.order && ` · ${draft.order}`;
    find("[data-by]").textContent = draft.name;
    find("[data-why]").textContent = draft.refused;
    for (const one of row.querySelectorAll("[data-state]")) one.hidden = one.dataset.state !== state;
    find("[data-do=send]").hidden =
      !here.sends || !lineIsUp() || state === "changing" || BY_ITSELF.includes(state);
    // What perhaps arrived is asked for as it was: another amount would be a second sale.
    find("[data-do=change]").hidden = draft.tried || state === "changing";
    find("[data-do=leave]").hidden = state !== "changing";
    return row;
  }

  /** Asks for one of them: the answer if it is a sale now, else nothing. */
  async function send(draft) {
    await note(draft.draft, { tried: true, refused: "" });
    const body = new FormData();
    const { csrfmiddlewaretoken: token } = here.form.elements;
    const fields = { amount: draft.amount, order: draft.order, draft: draft.draft };
    const whose = { typed_on: draft.device, typed_by: draft.by };
    if (draft.by !== here.who) whose.taken_over = "1";
    for (const [name, value] of Object.entries({ ...fields, ...whose, [token.name]: token.value })) {
      body.set(name, value);
    }
    const answer = await ask(here.form.action, { method: "POST", body });
    const text = await answer.text();
    if (answer.ok && text.includes("data-invoice")) {
      await drop(draft.draft);
      return text;
    }
    const problem = answer.headers.get("X-Problem");
    if (problem === "till_locked") await note(draft.draft, { tried: false });
    else if (problem) await note(draft.draft, { tried: false, refused: text });
    else if (answer.status < 500) await note(draft.draft, { refused: here.failed });
    return "";
  }

  async function flush() {
    if (sending || !here.sends || !lineIsUp()) return draw();
    sending = true;
    const answers = [];
    try {
      for (const draft of await drafts(here.device)) {
        if (!BY_ITSELF.includes(standing(draft, { who: here.who, changing }))) continue;
        const answer = await send(draft);
        if (answer) answers.push(answer);
      }
    } catch {
      // The connection went again: what was on its way is sent anew under the same number.
    } finally {
      sending = false;
    }
    await draw();
    if (answers.length) tell(answers);
  }

  function tell(answers) {
    said.textContent = said.dataset.sent;
    here.onSent(answers);
  }

  const acts = {
    async send(draft) {
      const answer = await send(draft).catch(() => "");
      if (answer) tell([answer]);
    },
    change(draft) {
      changing = draft.draft;
      here.onChange(draft);
    },
    leave() {
      changing = "";
      here.onChange(null);
    },
    async drop(draft) {
      if (changing === draft.draft) acts.leave();
      await drop(draft.draft);
      said.textContent = "";
    },
  };

  list.addEventListener("click", async (event) => {
    const pressed = event.target.closest("[data-do]");
    if (!pressed || pressed.disabled) return;
    pressed.disabled = true;
    const id = pressed.closest("[data-draft]").dataset.draft;
    const draft = (await drafts(here.device)).find((one) => one.draft === id);
    if (draft) await acts[pressed.dataset.do](draft);
    pressed.disabled = false;
    await draw();
  });
  const again = () => flush().catch(() => {}); // the tablet was wiped, or keeps nothing
  setInterval(again, AGAIN_MS);
  onLine(again);
  addEventListener("focus", again);
  document.addEventListener("visibilitychange", again);
  again().finally(() => delete section.dataset.loading);

  return {
    isChanging: () => Boolean(changing),
    sendSoon: again,
    /** Keeps a sale here, in the place of the one that is being changed. */
    async add({ draft, amount, order, tried }) {
      const { device, who: by, name } = here;
      const kept = { draft, amount, order, tried, device, by, name, at: Date.now(), refused: "" };
      await keep(kept, changing);
      changing = "";
      said.textContent = lineIsUp() ? "" : said.dataset.kept;
    },
  };
}
