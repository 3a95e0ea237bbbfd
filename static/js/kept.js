// What a paired tablet keeps by itself: sales that wait for a connection, and who stands there.
// Both belong to one pairing of the tablet, and are gone with it.

export const NAME = "till";
let opened = null;
let over = false;

function open() {
  opened ??= new Promise((done, failed) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("drafts", { keyPath: "draft" });
      asked.result.createObjectStore("stands", { keyPath: "device" });
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

async function act(store, mode, what) {
  if (over) throw new Error("this tablet was wiped");
  const deal = (await open()).transaction(store, mode);
  return new Promise((done, failed) => {
    deal.oncomplete = () => done(asked?.result);
    deal.onabort = () => failed(deal.error);
    const asked = what(deal.objectStore(store));
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
