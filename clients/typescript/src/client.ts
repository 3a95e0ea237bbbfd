import { Misconfigured } from "./errors.js";
import { Operations } from "./operations.js";
import { RETRIES, Sender, TIMEOUT_MS } from "./sending.js";

export interface Options {
  /** An API key, `tw_test_…` or `tw_live_…`; of the environment's TILLWAY_API_KEY if unset. */
  key?: string | undefined;
  /** The gateway's address, `https://pay.example.com`; of TILLWAY_URL if unset. */
  url?: string | undefined;
  /** How often a request is sent again that got no answer, or a passing one (429, 502, 503, 504). */
  retries?: number | undefined;
  /** How long an answer is waited for, in milliseconds. */
  timeoutMs?: number | undefined;
  /** Makes the requests in place of the runtime's own. */
  fetch?: typeof fetch | undefined;
  /** Waits between retries. */
  sleep?: ((ms: number) => Promise<void>) | undefined;
}

/** A shop's access to its gateway. A key belongs on a server: never send it to a browser. */
export class Tillway extends Operations {
  /** @throws {Misconfigured} There is no key or no usable address. */
  constructor(options: Options = {}) {
    const key = options.key || environment("TILLWAY_API_KEY");
    const url = options.url || environment("TILLWAY_URL");
    if (!key) {
      throw new Misconfigured(
        "There is no API key.",
        "Make one under Developers on the dashboard, and set TILLWAY_API_KEY.",
      );
    }
    if (!url) {
      throw new Misconfigured(
        "The gateway's address is not known.",
        "Set TILLWAY_URL, such as https://pay.example.com.",
      );
    }
    super(
      new Sender({
        key,
        url,
        retries: options.retries ?? RETRIES,
        timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
        fetch: options.fetch ?? ((...asked) => globalThis.fetch(...asked)),
        sleep: options.sleep ?? ((ms) => new Promise((wake) => setTimeout(wake, ms))),
      }),
    );
  }
}

function environment(name: string): string | undefined {
  // Not every runtime has a process, and this package needs no types of Node's.
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
  return process?.env?.[name];
}
