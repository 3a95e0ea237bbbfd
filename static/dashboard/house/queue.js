// The queue by the keyboard: J and K go down and up its lines. Enter is the link's own.

const lines = () => [...document.querySelectorAll("[data-queue] .sale-link")];

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select")) return;
  const step = { j: 1, k: -1 }[event.key.toLowerCase()];
  if (!step) return;
  const all = lines();
  const here = all.indexOf(document.activeElement);
  const next = here < 0 ? 0 : here + step;
  all[Math.min(Math.max(next, 0), all.length - 1)]?.focus();
});
