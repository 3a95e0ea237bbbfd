// The page in a frame of a shop's site: tells the shop's page what happens, and nobody else.
// docs/how-to/embed-the-checkout.md lists the messages; new ones get a new `type`.
const { frameParents, invoice, status } = document.getElementById("main").dataset;

function tell(type, more) {
  if (window.parent === window) return; // opened in a window of its own
  const message = { from: "tillway", type, invoiceId: invoice, ...more };
  for (const parent of frameParents.split(" ").filter(Boolean)) window.parent.postMessage(message, parent);
}

addEventListener("tillway:status", ({ detail }) => {
  tell("status", { status: detail.status, exceptions: detail.exceptions, releaseGoods: detail.release_goods });
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-close-frame]")) tell("close");
});
addEventListener("keydown", (event) => {
  if (event.key === "Escape") tell("close");
});
tell("loaded", { status });
