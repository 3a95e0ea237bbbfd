// A page whose work is under way is looked at again; what it says without this is a link.

const EVERY_MS = 2000;

async function look(part) {
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("[data-progress]");
    if (!fresh) return;
    const open = [...part.querySelectorAll("details")].map((one) => one.open);
    part.replaceWith(fresh);
    fresh.querySelectorAll("details").forEach((one, at) => {
      one.open = open[at] ?? false;
    });
  } catch {
    // The network is away for a moment: the next look finds it back, or the link does.
  } finally {
    wait();
  }
}

function wait() {
  const part = document.querySelector("[data-progress='under-way']");
  if (part) setTimeout(() => look(part), EVERY_MS);
}

wait();
