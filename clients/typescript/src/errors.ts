/** What can go wrong. Branch on `code`; `message` and `hint` are for people. */

export interface Told {
  /** Never changes: branch on it. */
  code: string;
  /** What is wrong. */
  message: string;
  /** What to do next; empty if nothing is known. */
  hint?: string | undefined;
  /** Leads to the request in the gateway's log; unset if no answer came. */
  requestId?: string | undefined;
  cause?: unknown;
}

/** Whatever this package throws. */
export class TillwayError extends Error {
  readonly code: string;
  readonly hint: string;
  readonly requestId: string | undefined;

  constructor(told: Told) {
    super(told.message, { cause: told.cause });
    this.name = new.target.name;
    this.code = told.code;
    this.hint = told.hint ?? "";
    this.requestId = told.requestId;
  }
}

/** The client can't be made with what it was given. */
export class Misconfigured extends TillwayError {
  constructor(message: string, hint: string) {
    super({ code: "misconfigured", message, hint });
  }
}

/**
 * No answer came: whether the request had its effect is not known. The same call with the same
 * idempotency key finds out.
 */
export class Unreachable extends TillwayError {
  constructor(cause: unknown) {
    super({
      code: "unreachable",
      message: `The gateway can't be reached: ${reason(cause)}.`,
      hint: "Check the connection and the client's url.",
      cause,
    });
  }
}

/** Something answered that isn't the gateway, or isn't this version's. */
export class AnswerUnreadable extends TillwayError {
  constructor(status: number, requestId: string | undefined, cause?: unknown) {
    super({
      code: "answer_unreadable",
      message: `The answer (${status}) isn't one of a Tillway gateway.`,
      hint: "Check the client's url: it is the gateway's address without a path.",
      requestId,
      cause,
    });
  }
}

export interface Fault {
  field: string;
  code: string;
  message: string;
  hint?: string;
}

/** A refusal as the gateway tells it: problem+json, RFC 9457. */
export interface Problem {
  code: string;
  title?: string;
  detail?: string;
  hint?: string;
  field?: string;
  errors?: Fault[];
  reasons?: Record<string, string>;
  request_id?: string;
}

export interface Circumstances {
  status: number;
  requestId: string | undefined;
  retryAfterSeconds: number | undefined;
}

/** The gateway said no. */
export class Refused extends TillwayError {
  readonly status: number;
  /** The field or parameter that it is about; empty if none. */
  readonly field: string;
  /** Each fault of an input with several. */
  readonly errors: readonly Fault[];
  /** Codes by asset, where no asset could be offered. */
  readonly reasons: Readonly<Record<string, string>>;
  /** How long to wait, where the gateway said. */
  readonly retryAfterSeconds: number | undefined;

  constructor(problem: Problem, circumstances: Circumstances) {
    super({
      code: problem.code,
      message: problem.detail ?? problem.title ?? "",
      hint: problem.hint,
      requestId: problem.request_id ?? circumstances.requestId,
    });
    this.status = circumstances.status;
    this.field = problem.field ?? "";
    this.errors = problem.errors ?? [];
    this.reasons = problem.reasons ?? {};
    this.retryAfterSeconds = circumstances.retryAfterSeconds;
  }
}

/** The API key opens nothing (401), or not this (403). */
export class KeyRefused extends Refused {}

/** There is no such thing in this shop (404). */
export class NotFound extends Refused {}

/** The key asks too often (429), and did so after every pause. */
export class RateLimited extends Refused {}

/** The gateway couldn't (5xx). */
export class Unavailable extends Refused {}

/**
 * The message isn't from the gateway, or is an old one sent again: answer 400 and do nothing.
 *
 * `code` is one of `header_missing`, `timestamp_invalid`, `too_old`, `too_new`,
 * `signature_invalid`, `body_unreadable`.
 */
export class WebhookUnverified extends TillwayError {}

/** The refusal of its kind. */
export function refusalOf(problem: Problem, circumstances: Circumstances): Refused {
  const { status } = circumstances;
  if (status >= 500) return new Unavailable(problem, circumstances);
  if (status === 401 || status === 403) return new KeyRefused(problem, circumstances);
  if (status === 404) return new NotFound(problem, circumstances);
  if (status === 429) return new RateLimited(problem, circumstances);
  return new Refused(problem, circumstances);
}

function reason(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  // Node's fetch says "fetch failed" and keeps why beneath it.
  return cause.cause instanceof Error ? cause.cause.message : cause.message;
}
