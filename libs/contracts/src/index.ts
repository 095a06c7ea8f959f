export { checkLabels, type EventMessage, toMessage } from './amqp.ts';
export { contractOf, contracts } from './catalogue.ts';
export { checkEvent, decode, largestEventBytes, parseEvent } from './check-event.ts';
export { type ConsumerFacts, consumerOf, consumers, forTheRecord } from './consumers.ts';
export { countryCodes, isCountry, needsCity } from './countries.ts';
export { createEvent, type EventAttributes } from './create-event.ts';
export { currencyCodes, isCurrency, minorUnitDigits } from './currencies.ts';
export { emailFailed, emailSent } from './email.ts';
export { type ContractBreach, ContractError, type Problem } from './errors.ts';
export {
  type CloudEvent,
  type ContractFacts,
  type DataOf,
  dataschemaOf,
  defineEvent,
  type EventContract,
  type EventDraft,
  type EventOf,
  eventIdentity,
  nameOf,
  type Position,
} from './event.ts';
export { amount, closed, code, country, currency, currencyOfPrice, idText, timestamp, uuid } from './fields.ts';
export { giftGranted } from './gifts.ts';
export { type HistoryEntry, historyEntry } from './history.ts';
export {
  inventoryAdjusted,
  inventoryLowStock,
  inventoryRejected,
  inventoryReleased,
  inventoryReserved,
  productChanged,
} from './inventory.ts';
export {
  cancellationCodes,
  canMove,
  getStatusLabel,
  isStatus,
  legalMoves,
  type Order,
  orderSchema,
  Status,
  statusLabels,
  statusSchema,
} from './order.ts';
export {
  orderCancelled,
  orderCompleted,
  orderCreated,
  orderStatusChanged,
  orderUpdated,
  type Refund,
} from './orders.ts';
export {
  paymentAuthorized,
  paymentCaptured,
  paymentDeclined,
  paymentFailed,
  paymentRefunded,
  paymentSettled,
  paymentVoided,
} from './payments.ts';
export { isSealed, keyIdOf, newSealingKey, open, type SealingKey, seal, sealedString, UnsealError } from './sealed.ts';
export {
  folderOf,
  localAddressOf,
  type QueueName,
  type ServiceEntry,
  type ServiceName,
  serviceEntries,
  services,
  signers,
  sourceOf,
  startOrder,
} from './services.ts';
export { type KeyRing, parseKeys, SigningKeyError, type Verdict } from './signature.ts';
export { isTyped, tidied, typedLine, typedText } from './text.ts';
export { type Checked, compile } from './validate.ts';
