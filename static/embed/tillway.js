// Opens a Tillway checkout on a shop's own page. docs/how-to/embed-the-checkout.md says how.
//
//   Tillway.open("<invoice id or its checkout_url>", { onLoaded, onStatus, onClose })
//   Tillway.mount(element, "<invoice id or its checkout_url>", { … })
//   <a href="<checkout_url>" data-tillway>Pay</a>   opens by itself; without scripts it is a link
(() => {
  const house = new URL(document.currentScript.src).origin;
  const HANDLERS = { loaded: "onLoaded", status: "onStatus", close: "onClose" };

  function pageOf(invoice) {
    const page = new URL(invoice.includes("/") ? invoice : `/i/${invoice}`, house);
    if (page.origin !== house || !page.pathname.startsWith("/i/")) throw new Error("not a checkout of this gateway");
    page.searchParams.set("view", "modal");
    page.searchParams.set("origin", location.origin);
    return page.href;
  }

  /** A frame with an invoice's page in it; `handlers` are told what it says. */
  function framed(invoice, handlers) {
    const frame = document.createElement("iframe");
    frame.src = pageOf(invoice);
    frame.title = handlers.title ?? "Tillway";
    frame.allow = "clipboard-write";
    Object.assign(frame.style, { border: "0", width: "100%", height: "100%", display: "block", colorScheme: "light dark" });
    const hear = ({ origin, source, data }) => {
      if (origin !== house || source !== frame.contentWindow || data?.from !== "tillway") return;
      handlers[HANDLERS[data.type]]?.(data);
    };
    addEventListener("message", hear);
    const stop = () => {
      removeEventListener("message", hear);
      frame.remove();
    };
    return { frame, stop };
  }

  /** Puts the checkout into `element`, which gives it its size. */
  function mount(element, invoice, handlers = {}) {
    const { frame, stop } = framed(invoice, handlers);
    element.replaceChildren(frame);
    return { close: stop };
  }

  /** Opens the checkout above the page. */
  function open(invoice, handlers = {}) {
    const dialog = document.createElement("dialog");
    const close = () => dialog.close();
    const { frame, stop } = framed(invoice, { ...handlers, onClose: close });
    Object.assign(dialog.style, {
      border: "0", padding: "0", borderRadius: "16px", overflow: "hidden",
      width: "min(100vw, 480px)", height: "min(100dvh, 860px)", maxWidth: "100vw", maxHeight: "100dvh",
    });
    dialog.append(frame);
    document.body.append(dialog);
    dialog.addEventListener("close", () => {
      stop();
      dialog.remove();
      handlers.onClose?.({ from: "tillway", type: "close", invoiceId: frame.src.split("/i/")[1].slice(0, 36) });
    });
    dialog.showModal();
    return { close };
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-tillway]");
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    open(link.href);
  });

  globalThis.Tillway = { open, mount };
})();
