// Follows one thing: by server-sent events while they come, by asking every few seconds otherwise.

const POLL_MS = 4000;
const PATIENCE_MS = 3000;

function plainly(path) {
  return fetch(path, { cache: "no-store", signal: AbortSignal.timeout(8000) });
}

/**
 * @param {object} options
 * @param {string} options.stream  where the events come from
 * @param {string} options.poll    where the same JSON can be asked for
 * @param {(status: object) => void} options.onStatus
 * @param {(online: boolean) => void} options.onLine  whether what is shown is fresh
 * @param {() => Promise<string>} [options.renew]  a fresh stream address, when the last one lapsed
 * @param {(path: string) => Promise<Response>} [options.fetcher]  how `poll` is asked for
 * @returns {() => void} stops following
 */
export function follow({ stream, poll, onStatus, onLine, renew, fetcher = plainly }) {
  let source = null;
  let timer = 0;
  let stopped = false;
  let streaming = false;

  const told = (status) => {
    if (stopped) return;
    onLine(true);
    onStatus(status);
  };

  const ask = async () => {
    clearTimeout(timer);
    if (stopped || streaming) return;
    try {
      const answer = await fetcher(poll);
      if (!answer.ok) throw new Error(String(answer.status));
      told(await answer.json());
    } catch {
      if (!stopped) onLine(false);
    }
    if (!stopped && !streaming) timer = setTimeout(ask, POLL_MS);
  };

  const open = () => {
    if (stopped) return;
    source?.close();
    source = new EventSource(stream);
    source.onopen = () => {
      streaming = true;
      clearTimeout(timer);
      onLine(true);
    };
    source.onmessage = (event) => told(JSON.parse(event.data));
    source.onerror = async () => {
      streaming = false;
      clearTimeout(timer);
      timer = setTimeout(ask, navigator.onLine ? 0 : POLL_MS);
      if (source.readyState !== EventSource.CLOSED) return; // the browser tries again by itself
      try {
        if (renew) stream = await renew();
      } catch {
        onLine(false);
      }
      setTimeout(open, POLL_MS);
    };
  };

  // A stream that outlived a lost line, or a sleep, may be dead and never say so.
  const lost = () => {
    streaming = false;
    clearTimeout(timer);
    source?.close();
    onLine(false);
  };
  const back = () => {
    streaming = false;
    open();
    ask();
  };
  const shown = () => {
    if (document.visibilityState === "visible" && navigator.onLine) back();
  };
  addEventListener("offline", lost);
  addEventListener("online", back);
  document.addEventListener("visibilitychange", shown);

  open();
  timer = setTimeout(ask, PATIENCE_MS);
  return () => {
    stopped = true;
    clearTimeout(timer);
    source?.close();
    removeEventListener("offline", lost);
    removeEventListener("online", back);
    document.removeEventListener("visibilitychange", shown);
  };
}

/** Counts `[data-countdown]` (milliseconds of the lock's end) down in `root`; calls `over` once. */
export function countDown(root, over) {
  const ends = root.querySelector("[data-countdown]");
  if (!ends) return () => {};
  const end = Number(ends.dataset.countdown);
  const startedOver = end <= Date.now();
  const tick = () => {
    const left = Math.max(0, Math.round((end - Date.now()) / 1000));
    ends.textContent = left
      ? `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`
      : ends.dataset.over;
    if (left) return;
    clearInterval(timer);
    if (!startedOver) over();
  };
  const timer = setInterval(tick, 1000);
  tick();
  return () => clearInterval(timer);
}
