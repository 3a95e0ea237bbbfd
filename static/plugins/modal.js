// Opens an invoice above a shop's page, by the names that shop plugins call: window.btcpay.
// The page in the frame speaks as docs/how-to/embed-the-checkout.md says; plugins hear it in their words.
(() => {
  let house = new URL(document.currentScript.src).origin;
  let frame = null;
  let entering = () => {};
  let leaving = () => {};
  let receiving = () => {};

  /** What plugins call a standing: the word of today's, and the one that older ones wait for. */
  function wordsFor({ status, exceptions = [], releaseGoods }) {
    if (status === "processing") return ["Processing", "paid"];
    if (status === "expired" || (status === "paid" && exceptions.includes("late"))) return ["Expired", "expired"];
    if (status === "invalid" || status === "cancelled") return ["Invalid", "invalid"];
    if (status !== "paid") return [];
    return releaseGoods === "yes" || exceptions.includes("marked") ? ["Settled", "complete"] : ["Processing", "paid"];
  }

  function tell(data) {
    const event = new MessageEvent("message", { data, origin: house, source: frame?.contentWindow });
    window.dispatchEvent(event);
    receiving(event);
  }

  function hear({ origin, source, data }) {
    if (!frame || origin !== house || source !== frame.contentWindow || data?.from !== "tillway") return;
    const { type, invoiceId } = data;
    if (type === "loaded") tell("loaded");
    if (type === "status") for (const status of wordsFor(data)) tell({ invoiceId, status });
    if (type === "close") {
      tell("close");
      hideFrame();
    }
  }

  function appendInvoiceFrame(invoiceId) {
    frame?.remove();
    frame = document.createElement("iframe");
    frame.name = "btcpay";
    frame.title = "Tillway";
    frame.allow = "clipboard-write";
    frame.src = `${house}/i/${encodeURIComponent(invoiceId)}?${new URLSearchParams({ view: "modal", origin: location.origin })}`;
    Object.assign(frame.style, {
      position: "fixed", inset: "0", width: "100%", height: "100%", border: "0", zIndex: "2147483000",
      display: "none", colorScheme: "light dark",
    });
    document.body.append(frame);
  }

  function showFrame() {
    if (!frame) return;
    entering();
    frame.style.display = "block";
    frame.focus();
  }

  function hideFrame() {
    if (!frame) return;
    leaving();
    frame.style.display = "none";
  }

  function showInvoice(invoiceId) {
    if (document.body) {
      appendInvoiceFrame(invoiceId);
      showFrame();
    } else addEventListener("DOMContentLoaded", () => showInvoice(invoiceId), { once: true });
  }

  addEventListener("message", hear);
  window.btcpay = {
    showInvoice,
    appendInvoiceFrame,
    appendAndShowInvoiceFrame: showInvoice,
    showFrame,
    hideFrame,
    setApiUrlPrefix: (url) => { house = new URL(url, location.href).origin; },
    onModalWillEnter: (told) => { entering = told; },
    onModalWillLeave: (told) => { leaving = told; },
    onModalReceiveMessage: (told) => { receiving = told; },
  };
})();
