import * as messaging from './faults/messaging.ts';
import * as services from './faults/services.ts';
import * as store from './faults/store.ts';
import type { Wrap } from './faults/wrap-export.ts';

/** A mistake that someone could make, put into the code of one service as it is loaded: the checker must find it out. */
export interface PlantedFault {
  readonly name: string;
  /** What is wrong, in a few words. */
  readonly wrong: string;
  /** The service that gets it; * is every one. */
  readonly service: string;
  /** What brings it to light: the service is killed at this step several times, or a scenario by name. */
  readonly shownBy: { readonly step: string } | { readonly scenario: string; readonly length?: 'long' };
  readonly wraps: readonly Wrap[];
}

export const plantedFaults: readonly PlantedFault[] = [
  {
    name: 'acked-before-handled',
    wrong: 'a message is acknowledged before it is handled',
    service: 'inventory',
    shownBy: { step: 'message.received' },
    wraps: [messaging.ackBeforeHandling],
  },
  {
    name: 'settled-before-confirmed',
    wrong: 'an event leaves the outbox before the broker has confirmed it',
    service: 'orders',
    shownBy: { step: 'relay.publishing' },
    wraps: [store.dropBeforePublishing],
  },
  {
    name: 'confirm-not-awaited',
    wrong: 'what was written to the connection counts as published',
    service: 'orders',
    shownBy: { scenario: 'broker-frozen-and-killed' },
    wraps: [messaging.confirmWhenWritten],
  },
  {
    name: 'copy-not-confirmed',
    wrong: 'a message is acknowledged before its copy for the next try is confirmed',
    service: 'email',
    shownBy: { scenario: 'memory-alarm' },
    wraps: [messaging.doNotAwaitCopy],
  },
  {
    name: 'mail-per-delivery',
    wrong: 'a mail belongs to the delivery of an event, and not to the event',
    service: 'email',
    shownBy: { scenario: 'duplicates' },
    wraps: [services.mailPerDelivery],
  },
  {
    name: 'feed-takes-repeats',
    wrong: 'a feed keeps an event again that it has',
    service: 'notifications',
    shownBy: { scenario: 'duplicates' },
    wraps: [services.keepRepeats],
  },
  {
    name: 'cursor-skips',
    wrong: 'whoever comes back with a cursor misses a message',
    service: 'notifications',
    shownBy: { step: 'feed.kept' },
    wraps: [services.skipOne],
  },
  {
    name: 'held-twice',
    wrong: 'units that are held already are taken again',
    service: 'inventory',
    shownBy: { step: 'line.held' },
    wraps: [store.holdTwice],
  },
  {
    name: 'paid-again',
    wrong: 'a call to the provider that got no answer is made again under a new key',
    service: 'payments',
    shownBy: { step: 'provider.answered' },
    wraps: [services.callUnderNewKey],
  },
  {
    name: 'mail-recorded-first',
    wrong: 'a mail is recorded as sent before it is',
    service: 'email',
    shownBy: { step: 'mail.recorded' },
    wraps: [services.recordMailFirst, services.claimWhatIsSent],
  },
  {
    name: 'outage-costs-attempts',
    wrong: 'an outage of the provider is counted against the messages that meet it',
    service: 'payments',
    shownBy: { scenario: 'provider-fails', length: 'long' },
    wraps: [messaging.countOpenBreaker],
  },
  {
    name: 'order-per-request',
    wrong: 'a repeated request makes another order',
    service: 'orders',
    shownBy: { step: 'order.placed' },
    wraps: [services.orderPerRequest],
  },
  {
    name: 'writes-over-others',
    wrong: 'a write replaces what another instance has written meanwhile',
    service: 'inventory',
    shownBy: { scenario: 'one-of-two-killed' },
    wraps: [store.overwriteInSqlite],
  },
  {
    name: 'dead-letters-come-back',
    wrong: 'a message that nobody can read goes back to its queue',
    service: 'audit',
    shownBy: { scenario: 'poison' },
    wraps: [messaging.returnTheUnreadable],
  },
  {
    name: 'outbox-overwritten',
    wrong: 'a new decision forgets events that are not published yet',
    service: 'orders',
    shownBy: { scenario: 'power-cut' },
    wraps: [store.forgetOutbox],
  },
  {
    name: 'outbox-mark-lost',
    wrong: 'a stored event is not marked as unpublished, so that nobody finds it once its process is dead',
    service: 'orders',
    shownBy: { step: 'store.committed' },
    wraps: [store.loseOutboxMark],
  },
  {
    name: 'not-mandatory',
    wrong: 'RabbitMQ is not asked to return what finds no queue',
    service: 'email',
    shownBy: { scenario: 'tier-deleted' },
    wraps: [messaging.notMandatory],
  },
  {
    name: 'dead-lettered-at-most-once',
    wrong: 'what has waited for its next try is handed back once, whether its queue takes it or not',
    service: '*',
    shownBy: { scenario: 'calm' },
    wraps: [messaging.deadLetterAtMostOnce],
  },
  {
    name: 'holds-undone-too-early',
    wrong:
      'holds of an order that can’t be filled are undone while its reservation still says that they are being taken',
    service: 'inventory',
    shownBy: { scenario: 'stalled-undoing' },
    wraps: [store.undoTooEarly],
  },
  {
    name: 'no-fence',
    wrong:
      'an undo leaves no marker on a product of which nothing was held, so that a handler that stalled holds it after all',
    service: 'inventory',
    shownBy: { scenario: 'stalled-before-writing' },
    wraps: [services.noFence],
  },
  {
    name: 'timers-run-through-outage',
    wrong: 'orders are cancelled for being late while their service hears nothing',
    service: 'orders',
    shownBy: { scenario: 'long-outage' },
    wraps: [services.neverBehind],
  },
  {
    name: 'zombie-unnoticed',
    wrong: 'a service to which nothing comes any more believes that there is nothing to come',
    service: 'payments',
    shownBy: { scenario: 'consumers-forgotten' },
    wraps: [messaging.neverSubscribeAnew],
  },
  {
    name: 'memory-kept',
    wrong: 'a part of every message that was handled stays in memory',
    service: 'audit',
    shownBy: { scenario: 'calm' },
    wraps: [messaging.keepMemory],
  },
];

/** No fault: what a killed service left behind is found sooner, so that a run with a fault in it need not wait as long. */
export const hastened = {
  name: 'hastened',
  wraps: [store.sweepSooner, store.sweepYounger, services.finishSooner],
};

/** What these plant, by name. Throws where a name is unknown. */
export function wrapsOf(names: readonly string[]): Wrap[] {
  return names.flatMap((name) => {
    const fault = [hastened, ...plantedFaults].find((each) => each.name === name);
    if (!fault) throw new Error(`no planted fault is called ${name}`);
    return fault.wraps;
  });
}
