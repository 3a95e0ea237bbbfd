// A ticket without a connection: what is tapped and typed goes on, it is parked, called off or paid in
// cash. Each step is on the tablet's disk before it shows: a reload or a dead battery loses none.
import { cashOf, dueOf, textOf, unitsOf } from "./away_sums.js";
import { keepTicket, tickets } from "./kept.js";
import { sound } from "./sounds.js";

const ONE = 1000; // a piece, in thousandths
const MOST = 999;
const MOST_LINES = 200;

/**
 * @param {object} here
 * @param {string} here.device  the pairing under which it is kept
 * @param {string} here.who     who stands here, and `here.name` how they are called
 * @param {string} here.sign    of the shop's currency
 * @param {() => void} here.onKept  something was kept
 */
export function awayTicket(here) {
  const section = document.getElementById("away-ticket");
  const goods = JSON.parse(section.dataset.goods);
  const items = new Map(goods.categories.flatMap(({ items: all }) => all.map((one) => [one.id, one])));
  const byCode = new Map([...items.values()].flatMap((one) => one.codes.map((code) => [code, one])));
  const find = (what) => section.querySelector(what);
  const tiles = document.getElementById("away-goods");
  const slip = document.getElementById("away-slip");
  const chooser = document.getElementById("away-choose");
  const [cash, park, off] = ["cash", "park", "void"].map((name) => find(`[data-form=${name}]`));
  let ticket = null; // changed in turn alone
  let given = ""; // what was typed, unless it is what is due anyway

  // ---- what is kept -----------------------------------------------------------------------------

  const text = (units) => textOf(units, goods.decimals);
  const money = (units) => `${here.sign} ${text(units)}`;
  const dueCash = () => cashOf(ticket.due, goods);

  function begun() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return {
      key: [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(""),
      device: here.device,
      number: 0,
      by: here.who,
      name: here.name,
      at: Date.now(),
      shift: goods.shift,
      currency: goods.currency,
      label: "",
      ends: "open",
      lines: [],
      due: 0,
      dueText: text(0),
      given: 0,
      change: 0,
      reason: "",
      tried: false,
      problem: "",
    };
  }

  // A write takes its time, and fingers don't wait: each step begins with what the last one left.
  let turn = Promise.resolve();
  function inTurn(what) {
    const done = turn.then(what);
    turn = done.catch(() => {});
    return done;
  }

  /** As `inTurn`, of the ticket that is on the screen now: once that one is done with, it is too late
   * for what was pressed. */
  function onThis(what) {
    const key = ticket?.key;
    return inTurn(() => (ticket && ticket.key === key ? what() : undefined));
  }

  /** Keeps the ticket with what is changed of it; false where the tablet can't. */
  async function change(fields) {
    const changed = { ...(ticket ?? begun()), by: here.who, name: here.name, ...fields };
    changed.due = dueOf(changed.lines, goods.ppm);
    changed.dueText = text(changed.due);
    try {
      await keepTicket(changed);
    } catch {
      say(section.dataset.unkept);
      return false;
    }
    ticket = changed;
    say("");
    here.onKept();
    return true;
  }

  function put(line) {
    return inTurn(() => putNow(line));
  }

  async function putNow(line) {
    slip.hidden = true;
    const lines = [...(ticket?.lines ?? [])];
    const last = lines.at(-1);
    const isSame =
      last && !last.removed && last.item && last.item === line.item && last.version === line.version &&
      JSON.stringify(last.choices) === JSON.stringify(line.choices) && last.quantity < MOST * ONE;
    if (isSame) lines[lines.length - 1] = { ...last, quantity: last.quantity + ONE };
    else if (lines.length < MOST_LINES) lines.push({ ...line, quantity: ONE, removed: false });
    const isOn = lines.length > (ticket?.lines.length ?? 0) || isSame;
    if (isOn && !(await change({ lines }))) return false;
    if (!isOn) say(section.dataset.full);
    given = "";
    sound(isOn ? "on" : "off");
    draw();
    return isOn;
  }

  function putItem(item, choices = []) {
    const extra = choices.reduce((sum, { delta }) => sum + delta, 0);
    const names = choices.map(({ name }) => name);
    return put({
      item: item.id,
      version: item.version,
      choices: choices.map(({ group, name }) => [group, name]),
      name: [item.name, ...names].join(", ").slice(0, 80),
      price: Math.max(0, item.price + extra),
      tax: item.tax,
    });
  }

  // ---- what is shown ----------------------------------------------------------------------------

  function say(words) {
    find("[data-problem]").textContent = words;
  }

  function draw() {
    const lines = ticket?.lines ?? [];
    find("[data-none]").hidden = lines.length > 0;
    find("[data-pay]").hidden = !lines.length;
    find("[data-lines]").hidden = !lines.length;
    find("[data-lines]").replaceChildren(...lines.map(lineOf));
    find("[data-total]").textContent = ticket ? money(ticket.due) : "";
    find("[data-no-shift]").hidden = Boolean(goods.shift);
    cash.hidden = !goods.shift || !ticket?.due;
    cash.elements.given.value = given || (ticket ? text(dueCash()) : "");
    park.elements.label.value = ticket?.label ?? "";
  }

  function lineOf(line, at) {
    const row = document.getElementById("away-line").content.cloneNode(true).firstElementChild;
    const pieces = line.quantity / ONE;
    row.classList.toggle("away-removed", line.removed);
    row.querySelector("[data-name]").textContent =
      (pieces > 1 ? `${pieces} × ` : "") + (line.name || section.dataset.amount);
    row.querySelector("[data-price]").textContent = money(line.price * pieces);
    for (const button of row.querySelectorAll("[data-step]")) {
      button.hidden = line.removed;
      button.addEventListener("click", () => onThis(() => step(at, Number(button.dataset.step))));
    }
    return row;
  }

  async function step(at, by) {
    const lines = ticket.lines.map((line, place) => {
      if (place !== at) return line;
      const quantity = line.quantity + by * ONE;
      if (quantity > MOST * ONE) return line;
      return quantity > 0 ? { ...line, quantity } : { ...line, removed: true };
    });
    given = "";
    await change({ lines });
    draw();
  }

  for (const { name, items: all } of goods.categories) {
    const part = document.getElementById("away-category").content.cloneNode(true).firstElementChild;
    part.querySelector("h3").textContent = name;
    part.querySelector("h3").hidden = !name;
    part.querySelector(".tiles").append(...all.map(tileOf));
    tiles.append(part);
  }

  function tileOf(item) {
    const tile = document.getElementById("away-tile").content.cloneNode(true).firstElementChild;
    tile.classList.add(`tile-${item.colour || "none"}`);
    tile.disabled = item.sold_out;
    tile.querySelector(".tile-mark").textContent = item.tile;
    tile.querySelector(".tile-name").textContent = item.name;
    tile.querySelector("[data-price]").textContent =
      money(item.price) + (item.groups.length ? " +" : "");
    tile.addEventListener("click", () => tapped(item));
    return tile;
  }

  // ---- modifiers --------------------------------------------------------------------------------

  function tapped(item) {
    if (!item.groups.length) return putItem(item);
    chooser.querySelector("h2").textContent = item.name;
    chooser.querySelector("[data-groups]").replaceChildren(...item.groups.map(groupOf));
    chooser.querySelector("[data-problem]").textContent = "";
    chooser.item = item;
    chooser.showModal();
    return true;
  }

  function groupOf(key) {
    const group = goods.groups[key];
    const set = document.getElementById("away-group").content.cloneNode(true).firstElementChild;
    const isOne = group.least === 1 && group.most === 1;
    set.querySelector("legend").textContent =
      group.name + (isOne ? "" : ` (${group.least}–${group.most})`);
    for (const [name, delta] of group.modifiers) {
      const choice = document.getElementById("away-modifier").content.cloneNode(true).firstElementChild;
      const box = choice.querySelector("input");
      box.type = isOne ? "radio" : "checkbox";
      box.name = `away ${key}`;
      Object.assign(box.dataset, { group: key, name, delta });
      choice.querySelector("span[data-name]").textContent = name;
      choice.querySelector("span[data-price]").textContent =
        delta ? (delta > 0 ? "+" : "−") + text(Math.abs(delta)) : "";
      set.append(choice);
    }
    return set;
  }

  chooser.addEventListener("submit", (event) => {
    event.preventDefault();
    const { item } = chooser;
    const choices = [...chooser.querySelectorAll("input:checked")].map(({ dataset }) => ({
      group: dataset.group,
      name: dataset.name,
      delta: Number(dataset.delta),
    }));
    const fits = item.groups.every((key) => {
      const taken = choices.filter(({ group }) => group === key).length;
      return taken >= goods.groups[key].least && taken <= goods.groups[key].most;
    });
    if (fits) {
      chooser.close();
      putItem(item, choices);
    } else chooser.querySelector("[data-problem]").textContent = section.dataset.unchosen;
  });
  chooser.querySelector("[data-close]").addEventListener("click", () => chooser.close());

  // ---- how it ends ------------------------------------------------------------------------------

  cash.elements.given.addEventListener("input", () => {
    given = cash.elements.given.value;
  });

  cash.addEventListener("submit", (event) => {
    event.preventDefault();
    const units = unitsOf(cash.elements.given.value, goods.decimals);
    onThis(() => pay(units));
  });

  async function pay(units) {
    const due = dueCash();
    if (units === null || units < due) {
      say(section.dataset.little);
      return;
    }
    const { shift } = goods;
    const sold = { ends: "cash", at: Date.now(), shift, given: units, change: units - due };
    if (!(await change(sold))) return;
    handOver(ticket);
    sound("on");
    leave();
  }

  // Cash is in the drawer: that is so without any gateway. The receipt's number isn't known yet.
  function handOver(sold) {
    for (const name of ["due", "given", "change"]) {
      slip.querySelector(`[data-${name}]`).textContent = money(sold[name]);
    }
    slip.querySelector("[data-number]").textContent = sold.number;
    slip.querySelector("time").textContent = new Date(sold.at).toLocaleString(
      document.documentElement.lang,
    );
    slip.querySelector("[data-lines]").replaceChildren(
      ...sold.lines.filter((line) => !line.removed).map((line) => {
        const row = document.getElementById("away-slip-line").content.cloneNode(true).firstElementChild;
        const pieces = line.quantity / ONE;
        row.querySelector("[data-name]").textContent =
          (pieces > 1 ? `${pieces} × ` : "") + (line.name || section.dataset.amount);
        row.querySelector("[data-price]").textContent = money(line.price * pieces);
        return row;
      }),
    );
    slip.hidden = false;
    slip.focus();
    slip.scrollIntoView({ block: "nearest" });
  }

  slip.querySelector("[data-next]").addEventListener("click", () => {
    slip.hidden = true;
  });

  park.addEventListener("submit", (event) => {
    event.preventDefault();
    const label = park.elements.label.value.trim();
    onThis(async () => {
      if (!(await change({ label }))) return;
      park.closest("details").open = false;
      leave();
    });
  });

  off.addEventListener("submit", (event) => {
    event.preventDefault();
    const reason = off.elements.reason.value.trim();
    if (!/[^\p{C}\p{Z}]/u.test(reason)) {
      say(section.dataset.unreasoned); // blanks say nothing: the gateway takes none for a reason
      return;
    }
    onThis(async () => {
      if (!(await change({ ends: "void", reason }))) return;
      off.reset();
      off.closest("details").open = false;
      leave();
    });
  });

  function leave() {
    ticket = null;
    given = "";
    draw();
    here.onKept();
  }

  draw();

  return {
    isBusy: () => Boolean(ticket),
    isOnScreen: (key) => ticket?.key === key,
    /** Goes on with one that was parked here, as it is now; what was on the screen is parked. */
    open: ({ key }) =>
      inTurn(async () => {
        const found = (await tickets()).find((one) => one.key === key && one.ends === "open");
        if (!found) return;
        ticket = found;
        given = "";
        slip.hidden = true;
        say("");
        draw();
        section.scrollIntoView({ block: "start" });
      }),
    /** Puts an amount on it that was typed, in minor units; whether it is on. */
    putAmount: (units, name) =>
      put({ item: "", version: 0, choices: [], name, price: units, tax: goods.tax }),
    /** Puts on what was scanned. */
    scan(code) {
      const item = byCode.get(code);
      if (item && !item.sold_out) return tapped(item);
      say(`${section.dataset.unknown} ${code}`);
      sound("off");
      return false;
    },
  };
}
