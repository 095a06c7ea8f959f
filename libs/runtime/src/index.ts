export { type Auth, callerOf, createAuth, type Guard } from './auth.ts';
export { addressOf, httpSettings, tokenSettings } from './base-settings.ts';
export { type Breaker, type BreakerOptions, createBreaker, DependencyDownError } from './breaker.ts';
export type { BreakerState, BreakerStatus } from './breaker-status.ts';
export { AnswerTooLargeError, calleeCodes } from './callee-errors.ts';
export { CardDataRefusedError, holdsCardNumber, looksLikeCard, refuseCardNumbers } from './card-number.ts';
export { type CallOptions, type Client, type ClientOptions, createClient } from './client.ts';
export { clientAddress, type TrustAddress } from './client-address.ts';
export { type Config, ConfigError, type Env, loadConfig, type Settings, serviceEnv } from './config.ts';
export { type Around, type DoorSettings, type Doors, type OpenedDoors, openDoors, type Upgrades } from './doors.ts';
export { type ErrorKind, kindOf, type Problem, ServiceError, type ServiceErrorOptions, statusOf } from './errors.ts';
export { expectedVersion, matching, setETag } from './etag.ts';
export { type Check, type CheckResult, createHealth, type Health, type HealthReport } from './health.ts';
export { createHttp, type Http, type HttpOptions } from './http.ts';
export {
  type DefinedHttpService,
  defineHttpService,
  type HttpParts,
  type HttpService,
  type HttpServiceDefinition,
  type OpenedHttp,
} from './http-service.ts';
export { idempotencyKey, parseIdempotencyKey } from './idempotency.ts';
export { createLogger, type Logger, type LoggerOptions, type LogLevel } from './logger.ts';
export { mask, maskText } from './mask.ts';
export { createMetrics, type Metrics } from './metrics.ts';
export { answersOf, type OpenApi, openApi } from './openapi.ts';
export {
  decodeCursor,
  encodeCursor,
  limitParameter,
  nextCursor,
  nextCursorOf,
  type PageQuery,
  pageIn,
  pageParameters,
  pageSchema,
  sendPage,
} from './paging.ts';
export { type ProblemDocument, problemOf, sendProblem } from './problem.ts';
export { limitRate, type RateLimitOptions } from './rate-limit.ts';
export { bodyReader, refuseBody } from './read-body.ts';
export type { RequestContext } from './request-context.ts';
export { optional, type Parameter, type Route, required, route, type Who } from './route.ts';
export { createRouter, type RouterOptions } from './router.ts';
export { runMain } from './run-main.ts';
export { composeService, type Part, type Parts, type Service } from './service.ts';
export * as setting from './setting.ts';
export { explainStartFailure } from './start-failure.ts';
export { type Caller, createTokens, type TokenOptions, type Tokens, tokenOptionsOf } from './token.ts';
export {
  childOf,
  currentTrace,
  formatTraceparent,
  newTrace,
  parseTraceparent,
  type Trace,
  withTrace,
} from './trace.ts';
