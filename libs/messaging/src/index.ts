export type { Consumer, ConsumerStatus } from './consumer/consumer.ts';
export type { DeadLetter, FailureFacts } from './dead-letters/dead-letter.ts';
export { createDeadLetters, type DeadLetters } from './dead-letters/dead-letters.ts';
export { type HeldDeadLetter, MOST_DEAD_LETTERS } from './dead-letters/hold.ts';
export type { Delivery } from './delivery.ts';
export {
  BrokerUnreachableError,
  EarlyError,
  OperatorEditError,
  PauseError,
  SignatureError,
  SubscriptionError,
  TopologyMismatchError,
  UnconfirmedError,
  UnexpectedTypeError,
  UnroutableError,
  UnwritableError,
} from './errors.ts';
export type { Live, LiveOptions } from './live.ts';
export type { Log } from './log.ts';
export { createMessaging } from './messaging.ts';
export type { StartMarks } from './middleware/start-mark.ts';
export { type Editable, editEvent, OPERATORS, type OperatorEdit } from './operator-edit.ts';
export { type OperatorVouch, type Vouchable, verifyVouch, vouchFor } from './operator-vouch.ts';
export type { EventOrder, Messaging, MessagingOptions, Publisher, SubscribeOptions } from './ports.ts';
export type { Progress, ProgressStore } from './progress.ts';
export { type Handler, on, onEvery } from './subscription.ts';
export {
  type Binding,
  DLX,
  delaysOf,
  dlqOf,
  EXCHANGE,
  type Exchange,
  type Queue,
  type Topology,
  tierOf,
  topology,
} from './topology.ts';
