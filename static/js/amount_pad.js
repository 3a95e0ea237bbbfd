// Keys under a ticket's field for an amount: they type minor units, as the till's keypad does.

const MAX_DIGITS = 10;

document.addEventListener("click", (event) => {
  const key = event.target.closest("#amount-pad [data-key]")?.dataset.key;
  if (!key) return;
  const field = document.getElementById("amount");
  const decimals = Number(event.target.closest("#amount-pad").dataset.decimals);
  let digits = field.value.replace(/\D/g, "").replace(/^0+/, "");
  if (key === "back") digits = digits.slice(0, -1);
  else if ((digits + key).length <= MAX_DIGITS) digits = (digits + key).replace(/^0+/, "");
  const padded = digits.padStart(decimals + 1, "0");
  const whole = padded.slice(0, padded.length - decimals);
  field.value = digits ? (decimals ? `${whole}.${padded.slice(-decimals)}` : whole) : "";
});
