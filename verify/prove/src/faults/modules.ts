/**
 * The modules that faults are planted into, by their paths from the root. These are types alone: a fault is loaded before the
 * product, so nothing here may load a part of it.
 */
export interface Modules {
  readonly 'libs/messaging/src/channel.ts': typeof import('../../../../libs/messaging/src/channel.ts');
  readonly 'libs/messaging/src/consumer/consumer.ts': typeof import('../../../../libs/messaging/src/consumer/consumer.ts');
  readonly 'libs/messaging/src/middleware/resequencer.ts': typeof import('../../../../libs/messaging/src/middleware/resequencer.ts');
  readonly 'libs/messaging/src/outage.ts': typeof import('../../../../libs/messaging/src/outage.ts');
  readonly 'libs/messaging/src/middleware/acknowledge.ts': typeof import('../../../../libs/messaging/src/middleware/acknowledge.ts');
  readonly 'libs/messaging/src/publisher/outgoing.ts': typeof import('../../../../libs/messaging/src/publisher/outgoing.ts');
  readonly 'libs/messaging/src/publisher/publisher.ts': typeof import('../../../../libs/messaging/src/publisher/publisher.ts');
  readonly 'libs/messaging/src/process-message.ts': typeof import('../../../../libs/messaging/src/process-message.ts');
  readonly 'libs/messaging/src/topology.ts': typeof import('../../../../libs/messaging/src/topology.ts');
  readonly 'libs/store/src/documents.ts': typeof import('../../../../libs/store/src/documents.ts');
  readonly 'libs/store/src/post-once.ts': typeof import('../../../../libs/store/src/post-once.ts');
  readonly 'libs/store/src/postings.ts': typeof import('../../../../libs/store/src/postings.ts');
  readonly 'libs/store/src/outbox-relay.ts': typeof import('../../../../libs/store/src/outbox-relay.ts');
  readonly 'libs/store/src/append-events.ts': typeof import('../../../../libs/store/src/append-events.ts');
  readonly 'libs/store/src/sqlite/collection.ts': typeof import('../../../../libs/store/src/sqlite/collection.ts');
  readonly 'libs/store/src/sweep.ts': typeof import('../../../../libs/store/src/sweep.ts');
  readonly 'libs/testing/src/memory-table.ts': typeof import('../../../../libs/testing/src/memory-table.ts');
  readonly 'services/audit/src/record-event.ts': typeof import('../../../../services/audit/src/record-event.ts');
  readonly 'services/email/src/facts.ts': typeof import('../../../../services/email/src/facts.ts');
  readonly 'services/email/src/mail.ts': typeof import('../../../../services/email/src/mail.ts');
  readonly 'services/inventory/src/product.ts': typeof import('../../../../services/inventory/src/product.ts');
  readonly 'services/inventory/src/reservation.ts': typeof import('../../../../services/inventory/src/reservation.ts');
  readonly 'services/inventory/src/reserve-stock.ts': typeof import('../../../../services/inventory/src/reserve-stock.ts');
  readonly 'services/inventory/src/unfinished.ts': typeof import('../../../../services/inventory/src/unfinished.ts');
  readonly 'services/notifications/src/feed.ts': typeof import('../../../../services/notifications/src/feed.ts');
  readonly 'services/notifications/src/reader.ts': typeof import('../../../../services/notifications/src/reader.ts');
  readonly 'services/orders/src/order-id.ts': typeof import('../../../../services/orders/src/order-id.ts');
  readonly 'services/orders/src/time-limits.ts': typeof import('../../../../services/orders/src/time-limits.ts');
  readonly 'services/payments/src/call.ts': typeof import('../../../../services/payments/src/call.ts');
}
