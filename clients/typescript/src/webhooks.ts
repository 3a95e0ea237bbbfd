/**
 * Messages that the gateway sends: verified, and read.
 *
 * A message is signed as `id.timestamp.body` with HMAC-SHA256 under the bytes of a `whsec_` secret,
 * one signature for each secret that is valid at the time. https://www.standardwebhooks.com/
 */

import { Misconfigured, WebhookUnverified } from "./errors.js";

const SECRET_PREFIX = "whsec_";
const TOLERANCE_SECONDS = 300;

/** What happened. */
export interface Message {
  /** The event's; the same message may come more than once. */
  id: string;
  /** `invoice.paid` and so on. */
  type: string;
  timestamp: string;
  mode: string;
  /** What it happened to. */
  subject: string;
  /** Counts 1, 2, 3 … per subject; ignore what is older than what you have. */
  sequence: number;
  /** null where it was too large to be sent: `client.events.get(message.id)` has it. */
  data: Record<string, unknown> | null;
}

export interface Checking {
  /** The endpoint's `whsec_…`; while it is changed, the old and the new one. */
  secret: string | readonly string[];
  /** How far its time may lie from ours; 300 if unset. */
  toleranceSeconds?: number | undefined;
  /** Unix seconds; the clock's if unset. */
  now?: number | undefined;
}

/** As fetch, Node's http, Express and others have them. */
export type RequestHeaders = Headers | Record<string, string | readonly string[] | undefined>;

/**
 * The message that a request carries, once it is certain that the gateway sent it just now.
 *
 * `body` is what came, byte for byte; JSON that was parsed and written again won't verify.
 *
 * @throws {WebhookUnverified}
 * @throws {Misconfigured} A secret isn't one.
 */
export async function unwrap(
  body: string | Uint8Array,
  headers: RequestHeaders,
  checking: Checking,
): Promise<Message> {
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  const id = header(headers, "webhook-id");
  const timestamp = header(headers, "webhook-timestamp");
  const signatures = header(headers, "webhook-signature").split(" ");
  inTime(timestamp, checking);
  const signed = joined(new TextEncoder().encode(`${id}.${timestamp}.`), bytes);
  const secrets = typeof checking.secret === "string" ? [checking.secret] : checking.secret;
  let found = false;
  for (const secret of secrets) {
    const key = await keyOf(secret);
    for (const signature of signatures) {
      // WebCrypto compares in a time that tells nothing.
      if (await matches(key, signature, signed)) found = true;
    }
  }
  if (!found) {
    throw new WebhookUnverified({
      code: "signature_invalid",
      message: "No signature is by this secret.",
      hint: "Check that the secret is this endpoint's and the body is as it came.",
    });
  }
  return message(bytes);
}

/**
 * The headers with which the gateway would send `body`: for tests of your own receiver.
 *
 * @throws {Misconfigured} The secret isn't one.
 */
export async function wrap(
  body: string,
  { secret, messageId, now }: { secret: string; messageId: string; now?: number | undefined },
): Promise<Record<string, string>> {
  const timestamp = String(Math.floor(now ?? Date.now() / 1000));
  const signed = new TextEncoder().encode(`${messageId}.${timestamp}.${body}`);
  const signature = new Uint8Array(await crypto.subtle.sign("HMAC", await keyOf(secret), signed));
  return {
    "content-type": "application/json",
    "webhook-id": messageId,
    "webhook-timestamp": timestamp,
    "webhook-signature": `v1,${btoa(String.fromCharCode(...signature))}`,
  };
}

function header(headers: RequestHeaders, name: string): string {
  const found =
    headers instanceof Headers
      ? headers.get(name)
      : Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
  const text = Array.isArray(found) ? found[0] : found;
  if (typeof text !== "string" || !text) {
    throw new WebhookUnverified({
      code: "header_missing",
      message: `The header ${name} is missing.`,
      hint: "Pass all of the request's headers.",
    });
  }
  return text;
}

function inTime(text: string, checking: Checking): void {
  const now = checking.now ?? Date.now() / 1000;
  const tolerance = checking.toleranceSeconds ?? TOLERANCE_SECONDS;
  if (!/^[0-9]{1,12}$/.test(text)) {
    throw new WebhookUnverified({
      code: "timestamp_invalid",
      message: "The header webhook-timestamp is not a time.",
    });
  }
  const hint = "Check this machine's clock.";
  if (Number(text) < now - tolerance) {
    throw new WebhookUnverified({ code: "too_old", message: "The message is too old.", hint });
  }
  if (Number(text) > now + tolerance) {
    throw new WebhookUnverified({ code: "too_new", message: "The message is of the future.", hint });
  }
}

async function keyOf(secret: string): Promise<CryptoKey> {
  const bytes = secret.startsWith(SECRET_PREFIX)
    ? fromBase64(secret.slice(SECRET_PREFIX.length))
    : undefined;
  if (!bytes?.length) {
    throw new Misconfigured(
      "A webhook's secret is whsec_ and base64.",
      "It stands in the answer that made the endpoint.",
    );
  }
  return crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, [
    "sign",
    "verify",
  ]);
}

async function matches(
  key: CryptoKey,
  signature: string,
  signed: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  const bytes = signature.startsWith("v1,") ? fromBase64(signature.slice(3)) : undefined;
  return bytes !== undefined && crypto.subtle.verify("HMAC", key, bytes, signed);
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  } catch {
    return undefined;
  }
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}

function message(bytes: Uint8Array): Message {
  try {
    const read = JSON.parse(new TextDecoder().decode(bytes)) as Message | null;
    if (typeof read?.id === "string" && typeof read.type === "string" && read.data !== undefined) {
      return read;
    }
  } catch {
    // said below
  }
  throw new WebhookUnverified({
    code: "body_unreadable",
    message: "The body is signed, but not a message of this kind.",
    hint: "Endpoints of style btcpay speak another protocol.",
  });
}
