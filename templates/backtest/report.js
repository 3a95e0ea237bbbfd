"use strict";
// Reads a chart where it is pointed at, touched, or walked through with the arrow keys.
document.documentElement.lang = document.querySelector("[name=language]:checked").value;
for (const one of document.querySelectorAll("[name=language]")) {
  one.addEventListener("change", () => { document.documentElement.lang = one.value; });
}
for (const box of document.querySelectorAll("[data-told]")) {
  const told = JSON.parse(box.dataset.told);
  const [scale, places, before, after] = told.unit;
  const hair = box.querySelector(".bt-hair");
  const read = box.parentElement.querySelector(".bt-read");
  const count = told.times.length;
  const states = {};
  for (const item of box.closest("main").querySelectorAll("[data-state]")) {
    states[item.dataset.state] = item.dataset.name;
  }
  let at = count - 1;
  const words = (value) => {
    const shown = (Math.abs(value) / scale).toLocaleString("en", {
      minimumFractionDigits: places, maximumFractionDigits: places });
    return (value < 0 && /[1-9]/.test(shown) ? "−" : "") + before + shown + after;
  };
  const show = (index) => {
    at = Math.min(count - 1, Math.max(0, index));
    hair.hidden = false;
    hair.style.left = `${100 * at / Math.max(1, count - 1)}%`;
    const when = new Date(told.times[at]).toISOString().slice(0, 16).replace("T", " ");
    const values = told.series.map(([name, numbers]) => `${name} ${words(numbers[at])}`);
    const state = states[told.states[at]];
    read.textContent = [when, ...values, ...(state ? [state] : [])].join(" · ");
  };
  const point = (event) => {
    const bounds = box.getBoundingClientRect();
    show(Math.round((event.clientX - bounds.left) / bounds.width * (count - 1)));
  };
  box.addEventListener("pointermove", point);
  box.addEventListener("pointerdown", point);
  box.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10 }[event.key];
    if (by) { event.preventDefault(); show(at + by); }
  });
}
