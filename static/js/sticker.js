// The page behind a till's sticker: it goes on by itself when the till does.

const LOOK_MS = 2500;
const main = document.getElementById("main");
const { page, version, follows } = main.dataset;

async function look() {
  let after = LOOK_MS;
  try {
    const answer = await fetch(`${page}/status`, {
      cache: "no-store",
      signal: AbortSignal.timeout(8000),
    });
    if (answer.status === 429) after = 1000 * Number(answer.headers.get("Retry-After") ?? 10);
    if (answer.ok && (await answer.json()).version !== version) {
      location.replace(page);
      return;
    }
  } catch {
    // No line just now: the page says nothing that could be old, and looks again.
  }
  setTimeout(look, after);
}

if (follows === "yes") setTimeout(look, LOOK_MS);
// Back from the checkout, a page that the browser kept may be old.
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});
