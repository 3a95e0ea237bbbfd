// What every page needs: copying, printing, the theme. Delegated, so replaced parts keep working.

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy], [data-print], [data-theme-switch]");
  if (!button) return;
  if ("print" in button.dataset) window.print();
  else if ("copy" in button.dataset) await copy(button);
  else switchTheme();
});

async function copy(button) {
  const word = button.querySelector("[data-word]");
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
  } catch {
    // Without a secure context there is no clipboard: select the text for the person instead.
    const text = button.parentElement.querySelector(".copy-text");
    if (text) getSelection().selectAllChildren(text);
    return;
  }
  if (!word || word.dataset.was) return;
  word.dataset.was = word.textContent;
  word.textContent = button.dataset.done;
  setTimeout(() => {
    word.textContent = word.dataset.was;
    delete word.dataset.was;
  }, 1600);
}

function switchTheme() {
  const root = document.documentElement;
  const dark =
    root.dataset.theme === "dark" ||
    (!root.dataset.theme && matchMedia("(prefers-color-scheme: dark)").matches);
  root.dataset.theme = dark ? "light" : "dark";
  document.cookie = `theme=${root.dataset.theme};path=/;max-age=31536000;samesite=lax`;
}
