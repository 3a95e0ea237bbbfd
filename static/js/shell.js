// Has the browser keep the till's shell for when there is no connection.

/** Call it on each page of the till that a connection brought: what is kept is then like it. */
export async function keepShell() {
  try {
    const registration = await navigator.serviceWorker.register("/pos/worker.js", {
      scope: "/pos/",
    });
    registration.active?.postMessage("shell");
  } catch {
    // No secure context, or a browser without workers: the till needs its connection to be opened.
  }
}
