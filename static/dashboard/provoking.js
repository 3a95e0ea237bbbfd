// A payment's page is drawn anew when what was provoked has happened.

const LOOK_MS = 2000;
const SETTLE_MS = 1500; // until the house has seen what happened on the chain

async function look() {
  try {
    const answer = await fetch(location.href, {
      cache: "no-store",
      signal: AbortSignal.timeout(8000),
    });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (answer.ok && !page.getElementById("provoke")?.dataset.follows) {
      setTimeout(() => location.reload(), SETTLE_MS);
      return;
    }
  } catch {
    // No line just now: it is looked for again.
  }
  setTimeout(look, LOOK_MS);
}

if (document.getElementById("provoke")?.dataset.follows) setTimeout(look, LOOK_MS);
