// A move's page draws itself anew when the move got further.

const LOOK_MS = 2000;
const part = document.getElementById("moving");

async function look() {
  try {
    const answer = await fetch(part.dataset.status, {
      cache: "no-store",
      signal: AbortSignal.timeout(8000),
    });
    if (answer.ok && (await answer.json()).version !== part.dataset.version && (await renew())) return;
  } catch {
    // No line just now: what is shown is the last that was known.
  }
  setTimeout(look, LOOK_MS);
}

// Only this part, so that nothing else on the page moves; the whole page where more is to be shown.
async function renew() {
  const answer = await fetch(location.href, { cache: "no-store" });
  if (!answer.ok) return false;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const now = fresh.getElementById("moving");
  if (!now?.dataset.follows) {
    location.reload();
    return true;
  }
  part.dataset.version = now.dataset.version;
  for (const name of ["dl", "progress"]) {
    const [shown, told] = [part.querySelector(name), now.querySelector(name)];
    if (shown && told) shown.replaceChildren(...told.childNodes);
    if (name === "progress" && shown && told?.hasAttribute("value")) {
      shown.max = told.max;
      shown.value = told.value;
    }
  }
  return false;
}

if (part?.dataset.follows) setTimeout(look, LOOK_MS);
