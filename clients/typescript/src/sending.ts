/** Requests: sent, repeated where that is safe, and their answers read. */

import {
  AnswerUnreadable,
  Misconfigured,
  type Problem,
  type TillwayError,
  Unreachable,
  refusalOf,
} from "./errors.js";
import { VERSION } from "./version.js";

export const RETRIES = 3;
export const TIMEOUT_MS = 30_000;
const FIRST_PAUSE_MS = 500;
/** Who is told to wait longer is told at once, and decides. */
const LONGEST_PAUSE_MS = 30_000;
/** What a request that is repeated may well not meet again. */
const PASSING: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/** A call that only reads. */
export interface Reading {
  /** Ends the call, and throws the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** A call that may have an effect. */
export interface Writing extends Reading {
  /** The same call with the same key has one effect and one answer; made once per call if unset. */
  idempotencyKey?: string | undefined;
}

interface Asked extends Writing {
  query?: object | undefined;
  body?: object | undefined;
}

/** A part of a list, and where the next one begins; null at the end. */
export interface Page<T> {
  data: T[];
  next_cursor: string | null;
}

/** A list that is fetched page by page as it is read: `for await` gives all of its items. */
export class Pages<T> implements AsyncIterable<T> {
  readonly #fetch: (cursor: string | undefined) => Promise<Page<T>>;
  readonly #cursor: string | undefined;

  constructor(fetch: (cursor: string | undefined) => Promise<Page<T>>, cursor: string | undefined) {
    this.#fetch = fetch;
    this.#cursor = cursor;
  }

  async *[Symbol.asyncIterator](): AsyncIterator<T> {
    for await (const page of this.pages()) yield* page.data;
  }

  /**
   * The pages that hold something, each with one request.
   *
   * A cursor that stays where it was ends them: what follows it is still fresh, and asking on would
   * bring the same again.
   */
  async *pages(): AsyncGenerator<Page<T>, void> {
    let cursor = this.#cursor;
    let page = await this.first();
    while (page.data.length > 0) {
      yield page;
      if (page.next_cursor === null || page.next_cursor === cursor) return;
      cursor = page.next_cursor;
      page = await this.#fetch(cursor);
    }
  }

  /** The page at the `cursor` that was given; the list's first without one. One request. */
  first(): Promise<Page<T>> {
    return this.#fetch(this.#cursor);
  }
}

/** An answer that was read to its end. */
interface Answered {
  status: number;
  headers: Headers;
  bytes: Uint8Array;
}

/** An attempt without success, and whether the same request may well succeed later. */
interface Failed {
  error: TillwayError;
  passes: boolean;
  waitMs?: number | undefined;
}

export interface Setup {
  key: string;
  url: string;
  retries: number;
  timeoutMs: number;
  fetch: typeof fetch;
  sleep: (ms: number) => Promise<void>;
}

/**
 * Sends with one key to one gateway.
 *
 * Whatever may have an effect carries an Idempotency-Key, which is made once per call and kept over
 * its retries: a request whose answer was lost is safe to send again.
 */
export class Sender {
  readonly #setup: Setup;
  readonly #url: string;

  constructor(setup: Setup) {
    if (!/^[\x20-\x7e]+$/.test(setup.key)) {
      throw new Misconfigured("An API key is printable ASCII.", "Copy it anew.");
    }
    this.#url = checked(setup.url);
    this.#setup = setup;
  }

  async shape<T>(method: string, path: string, asked: Asked): Promise<T> {
    return json<T>(await this.#send(method, path, asked));
  }

  /** A list; nothing is asked for yet. */
  pages<T>(path: string, asked: Asked): Pages<T> {
    const { cursor } = (asked.query ?? {}) as { cursor?: string };
    return new Pages<T>((at) => {
      return this.shape<Page<T>>("GET", path, { ...asked, query: { ...asked.query, cursor: at } });
    }, cursor);
  }

  async text(method: string, path: string, asked: Asked): Promise<string> {
    return new TextDecoder().decode(await this.bytes(method, path, asked));
  }

  async bytes(method: string, path: string, asked: Asked): Promise<Uint8Array> {
    return (await this.#send(method, path, asked)).bytes;
  }

  async nothing(method: string, path: string, asked: Asked): Promise<void> {
    await this.#send(method, path, asked);
  }

  async #send(method: string, path: string, asked: Asked): Promise<Answered> {
    const headers = new Headers({
      authorization: `Bearer ${this.#setup.key}`,
      "user-agent": `tillway-typescript/${VERSION}`,
    });
    if (method !== "GET") {
      headers.set("idempotency-key", asked.idempotencyKey ?? crypto.randomUUID());
    }
    const request: RequestInit = { method, headers, redirect: "manual" };
    if (asked.body !== undefined) {
      headers.set("content-type", "application/json");
      request.body = JSON.stringify(asked.body);
    }
    const url = this.#url + path + queryText(asked.query);
    for (let tried = 0; ; tried += 1) {
      const outcome = await this.#attempt(url, request, asked.signal);
      if ("bytes" in outcome) return outcome;
      const pauseMs = outcome.waitMs ?? backoffMs(tried);
      if (!outcome.passes || tried >= this.#setup.retries || pauseMs > LONGEST_PAUSE_MS) {
        throw outcome.error;
      }
      await this.#setup.sleep(pauseMs);
    }
  }

  async #attempt(
    url: string,
    request: RequestInit,
    signal: AbortSignal | undefined,
  ): Promise<Answered | Failed> {
    signal?.throwIfAborted();
    const timeout = AbortSignal.timeout(this.#setup.timeoutMs);
    let answer: Answered;
    try {
      const response = await this.#setup.fetch(url, {
        ...request,
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      });
      const bytes = new Uint8Array(await response.arrayBuffer());
      answer = { status: response.status, headers: response.headers, bytes };
    } catch (broken) {
      signal?.throwIfAborted();
      return { error: new Unreachable(broken), passes: true };
    }
    return answer.status >= 200 && answer.status < 300 ? answer : refused(answer);
  }
}

function checked(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.protocol !== "https:" && parsed?.protocol !== "http:") {
    throw new Misconfigured(
      `${JSON.stringify(url)} is no gateway's address.`,
      "Give it as https://pay.example.com.",
    );
  }
  return url.replace(/\/+$/, "");
}

/** A refusal, or, of something between here and the gateway, what can be told of it. */
function refused(answer: Answered): Failed {
  const { status, headers } = answer;
  const requestId = headers.get("x-request-id") ?? undefined;
  const wait = headers.get("retry-after") ?? "";
  const retryAfterSeconds = /^[0-9]+$/.test(wait) ? Number(wait) : undefined;
  const problem = problemIn(answer);
  return {
    error: problem
      ? refusalOf(problem, { status, requestId, retryAfterSeconds })
      : new AnswerUnreadable(status, requestId),
    passes: PASSING.has(status),
    waitMs: retryAfterSeconds === undefined ? undefined : retryAfterSeconds * 1000,
  };
}

function problemIn(answer: Answered): Problem | undefined {
  try {
    const found = json<Partial<Problem> | null>(answer);
    return typeof found?.code === "string" ? (found as Problem) : undefined;
  } catch {
    return undefined;
  }
}

function json<T>(answer: Answered): T {
  try {
    return JSON.parse(new TextDecoder().decode(answer.bytes)) as T;
  } catch (wrong) {
    const requestId = answer.headers.get("x-request-id") ?? undefined;
    throw new AnswerUnreadable(answer.status, requestId, wrong);
  }
}

function queryText(query: object | undefined): string {
  const given = Object.entries(query ?? {}).filter(([, value]) => value !== undefined);
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return text ? `?${text}` : "";
}

/**
 * Twice as long each time, and up to a half shorter, so that many clients don't come back in the
 * same moment.
 */
function backoffMs(tried: number): number {
  return FIRST_PAUSE_MS * 2 ** tried * (0.5 + Math.random() / 2);
}

/** A part of a path. */
export function part(value: string): string {
  return encodeURIComponent(value);
}
