// How prints and mails go is looked up again while one is under way; what is being typed stays.
const LOOK_MS = 2000;

async function look() {
  const shown = document.getElementById("ways");
  if (!shown || !("waits" in shown.dataset)) return;
  try {
    const answer = await fetch(location.href, { cache: "no-store" });
    if (answer.ok) {
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const now = page.getElementById("ways");
      if (now) shown.replaceWith(now);
    }
  } catch {
    // No connection: what is shown may be old, and is looked up again.
  }
  setTimeout(look, LOOK_MS);
}

setTimeout(look, LOOK_MS);
