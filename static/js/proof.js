// The page of a request to a wallet: asks how far it is, and shows the page anew when that changes.

const part = document.querySelector("[data-proof]");
const EVERY_MS = 2000;

async function ask() {
  try {
    const answer = await fetch(part.dataset.proof, {
      cache: "no-store",
      signal: AbortSignal.timeout(8000),
    });
    if (answer.ok && (await answer.json()).state !== part.dataset.state) return location.reload();
  } catch {
    // Asked again below: the line may be back by then.
  }
  setTimeout(ask, EVERY_MS);
}

if (part) setTimeout(ask, EVERY_MS);
