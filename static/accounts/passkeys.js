// Passkeys: a form that has the browser answer a challenge, then sends itself with the answer.
//
// data-passkey: where the challenge is asked for; data-verb: "get" or "create".

const fromText = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));
const toText = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");

// The challenge comes as JSON (WebAuthn, section 5.1.8): its bytes are base64url.
function read(options) {
  const asked = { ...options, challenge: fromText(options.challenge) };
  if (asked.user) asked.user = { ...asked.user, id: fromText(asked.user.id) };
  for (const list of ["allowCredentials", "excludeCredentials"]) {
    if (asked[list]) asked[list] = asked[list].map((one) => ({ ...one, id: fromText(one.id) }));
  }
  return asked;
}

function written(made) {
  const response = { clientDataJSON: toText(made.response.clientDataJSON) };
  for (const part of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (made.response[part]) response[part] = toText(made.response[part]);
  }
  const id = toText(made.rawId);
  return JSON.stringify({ id, rawId: id, type: made.type, response, clientExtensionResults: {} });
}

async function answer(form) {
  const asked = await fetch(form.dataset.passkey, {
    method: "POST",
    headers: { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
  });
  // Sent elsewhere, it first wants to know who is there.
  if (asked.redirected) return location.assign(asked.url);
  if (!asked.ok) throw new Error(String(asked.status));
  const { publicKey } = await asked.json();
  const made = await navigator.credentials[form.dataset.verb]({ publicKey: read(publicKey) });
  form.elements.answer.value = written(made);
  form.submit();
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential) {
    form.querySelector("button").disabled = true;
    form.querySelector("[data-unable]").hidden = false;
    continue;
  }
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button[type=submit]");
    const problem = form.querySelector("[data-problem]");
    problem.hidden = true;
    button.disabled = true;
    try {
      await answer(form);
    } catch {
      problem.hidden = false;
    } finally {
      button.disabled = false;
    }
  });
}
