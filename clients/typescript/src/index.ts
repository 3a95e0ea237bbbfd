export { type Options, Tillway } from "./client.js";
export {
  AnswerUnreadable,
  KeyRefused,
  Misconfigured,
  NotFound,
  type Fault,
  RateLimited,
  Refused,
  TillwayError,
  Unavailable,
  Unreachable,
  WebhookUnverified,
} from "./errors.js";
export { type Page, Pages, type Reading, type Writing } from "./sending.js";
export type * as shapes from "./shapes.js";
export { VERSION } from "./version.js";
export * as webhooks from "./webhooks.js";
