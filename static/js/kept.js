// What a paired tablet keeps by itself: sales that wait for a connection, tickets and cash that were
// written down without one, and who stands there. Each belongs to one pairing of the tablet. All but
// tickets and cash are gone with it: those are facts, and are left with the gateway first.

export const NAME = "till";
const STORES = [["drafts", "draft"], ["stands", "device"], ["tickets", "key"], ["counts", "device"]];
let opened = null;
let over = false;

function open() {
  opened ??= new Promise((done, failed) => {
    const asked = indexedDB.open(NAME, 2);
    asked.onupgradeneeded = () => {
      const there = asked.result.objectStoreNames;
      for (const [store, keyPath] of STORES) {
        if (!there.contains(store)) asked.result.createObjectStore(store, { keyPath });
      }
    };
    asked.onsuccess = () => {
      asked.result.onversionchange = end; // another page wipes this tablet
      asked.result.onclose = end; // or the browser does, told to by the gateway
      done(asked.result);
    };
    asked.onerror = () => {
      opened = null;
      failed(asked.error);
    };
  });
  return opened;
}

/** Lets go of what is kept, so that it can be deleted, and keeps nothing more on this page. */
export function end() {
  over = true;
  opened?.then((base) => base.close(), () => {});
}

// What is written is on the disk before it counts as kept: the power may fail in the next moment.
const SAFELY = { durability: "strict" };

async function act(stores, mode, what) {
  if (over) throw new Error("this tablet was wiped");
  const names = [stores].flat();
  const deal = (await open()).transaction(names, mode, SAFELY);
  return new Promise((done, failed) => {
    let asked = null; // stays so where asking itself fails: nothing was written then
    deal.oncomplete = () => done(asked?.result);
    deal.onabort = () => failed(deal.error);
    asked = what(...names.map((name) => deal.objectStore(name)));
  });
}

/** The sales that wait here, the oldest first. */
export async function drafts(device) {
  const all = await act("drafts", "readonly", (store) => store.getAll());
  return all.filter((one) => one.device === device).sort((a, b) => a.at - b.at);
}

/** Keeps a sale, in the place of the one it was changed from, if any. */
export function keep(draft, instead = "") {
  return act("drafts", "readwrite", (store) => {
    if (instead) store.delete(instead);
    return store.put(draft);
  });
}

/** Notes something about a sale, unless it is gone meanwhile. */
export function note(id, fields) {
  return act("drafts", "readwrite", (store) => {
    const asked = store.get(id);
    asked.onsuccess = () => asked.result && store.put({ ...asked.result, ...fields });
  });
}

export function drop(id) {
  return act("drafts", "readwrite", (store) => store.delete(id));
}

/** The tickets that were written down here without a connection, of whichever pairing: the first
 * one first. */
export async function tickets() {
  const all = await act("tickets", "readonly", (store) => store.getAll());
  return all.sort((a, b) => a.at - b.at || a.number - b.number);
}

/** Keeps a ticket as it is now. Its first time it gets its pairing's next number: one that is
 * missing later was taken away from this tablet. */
export function keepTicket(ticket) {
  return act(["tickets", "counts"], "readwrite", (store, counts) => {
    if (ticket.number) return store.put(ticket);
    const asked = counts.get(ticket.device);
    asked.onsuccess = () => {
      ticket.number = (asked.result?.last ?? 0) + 1;
      counts.put({ device: ticket.device, last: ticket.number });
      store.put(ticket);
    };
    return asked;
  });
}

/** Notes something about a ticket; the ticket as it is now, or nothing where it is gone. */
export async function noteTicket(key, fields) {
  const found = await act("tickets", "readwrite", (store) => {
    const asked = store.get(key);
    asked.onsuccess = () => asked.result && store.put({ ...asked.result, ...fields });
    return asked;
  });
  return found && { ...found, ...fields };
}

/** Forgets a ticket that is safe elsewhere, unless it went on here meanwhile: on another page. */
export function dropTicket(sent) {
  return act("tickets", "readwrite", (store) => {
    const asked = store.get(sent.key);
    asked.onsuccess = () => asked.result && isSame(asked.result, sent) && store.delete(sent.key);
  });
}

function isSame(one, other) {
  const [a, b] = [one, other].map((each) => JSON.stringify({ ...each, tried: true, problem: "" }));
  return a === b;
}

/** Forgets all but the tickets: they could not be left with the gateway yet. */
export function onlyTickets() {
  return act(["drafts", "stands"], "readwrite", (sales, standing) => {
    sales.clear();
    return standing.clear();
  });
}

/** Who stands here, as the gateway said, and `at` when they last touched the screen; or `locked`:
 * somebody locked it, and the gateway has not heard of it. */
export function stander(device) {
  return act("stands", "readonly", (store) => store.get(device));
}

export function stands(one) {
  return act("stands", "readwrite", (store) => store.put(one));
}

export function nobodyStands() {
  return act("stands", "readwrite", (store) => store.clear());
}

/** Forgets what other pairings of this tablet left. */
export async function onlyOf(device) {
  for (const [store, key] of [["drafts", "draft"], ["stands", "device"]]) {
    await act(store, "readwrite", (kept) => {
      const asked = kept.getAll();
      asked.onsuccess = () => {
        for (const one of asked.result) if (one.device !== device) kept.delete(one[key]);
      };
    });
  }
}
