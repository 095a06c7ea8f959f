export type { Delivery } from './delivery.ts';
export {
  BrokerUnreachableError,
  EarlyError,
  PauseError,
  SignatureError,
  SubscriptionError,
  TopologyMismatchError,
  UnconfirmedError,
  UnroutableError,
} from './errors.ts';
export type {
  Consumer,
  ConsumerStatus,
  Live,
  LiveOptions,
  Log,
  Messaging,
  MessagingOptions,
  Publisher,
  SubscribeOptions,
} from './messaging.ts';
export { createMessaging } from './messaging.ts';
export { type Handler, on, onEvery } from './subscription.ts';
