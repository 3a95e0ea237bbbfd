// A scanner types like a keyboard, only faster than anybody, and ends with Enter: whatever has the focus.

const FAST_MS = 60; // between two keys: scanners take 1 to 30, practised hands 80 and more
const SHORTEST = 4;
const NOTHING = { code: "", at: -Infinity, field: null, was: "" };

/** Has `took` called with each code that is read, unless the field `not` has the focus; `began` before
 * the first key of what may become one. The field that the keys went into is as it was before. */
export function onScan({ took, began = () => {}, not = "" }) {
  let burst = NOTHING;
  const onKey = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const fast = event.timeStamp - burst.at <= FAST_MS;
    if (event.key === "Enter") {
      const { code, field, was } = burst;
      burst = NOTHING;
      if (!fast || code.length < SHORTEST || event.target.id === not) return;
      event.preventDefault(); // or it would press what has the focus
      event.stopPropagation();
      if (field) field.value = was;
      took(code);
    } else if (event.key.length === 1) {
      const { target } = event;
      if (!fast) {
        const field = "value" in target && !target.readOnly ? target : null;
        burst = { code: "", field, was: field ? field.value : "" };
        began();
      }
      burst = { ...burst, code: burst.code + event.key, at: event.timeStamp };
    }
  };
  addEventListener("keydown", onKey, { capture: true });
}
