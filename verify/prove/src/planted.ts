import type { Edit } from './child/with-fault.ts';

/** A mistake that someone could make, put into the code of one service as it is loaded: the checker must find it out. */
export interface PlantedFault {
  readonly name: string;
  /** What is wrong, in a few words. */
  readonly wrong: string;
  /** The service that gets it; * is every one. */
  readonly service: string;
  /** What brings it to light: the service is killed at this step several times, or a scenario by name. */
  readonly shownBy: { readonly step: string } | { readonly scenario: string; readonly length?: 'long' };
  readonly edits: readonly Edit[];
}

const processMessage = 'libs/messaging/src/process-message.ts';
const acknowledge = 'libs/messaging/src/middleware/acknowledge.ts';
const postings = 'libs/store/src/postings.ts';

export const plantedFaults: readonly PlantedFault[] = [
  {
    name: 'acked-before-handled',
    wrong: 'a message is acknowledged before it is handled',
    service: 'inventory',
    shownBy: { step: 'message.received' },
    edits: [
      { file: acknowledge, code: '    lease.ack();\n    return', instead: '    return' },
      {
        file: processMessage,
        code: 'withTrace(traceOf(message), () => {\n',
        instead:
          'withTrace(traceOf(message), async () => {\n      lease.ack();\n      await new Promise((sent) => setTimeout(sent, 20));\n',
      },
    ],
  },
  {
    name: 'settled-before-confirmed',
    wrong: 'an event leaves the outbox before the broker has confirmed it',
    service: 'orders',
    shownBy: { step: 'relay.publishing' },
    edits: [
      {
        file: 'libs/store/src/outbox-relay.ts',
        code: '      steps.publishing.publish(entry);\n',
        instead: '      lane.confirm(entry);\n      await lane.settle();\n      steps.publishing.publish(entry);\n',
      },
    ],
  },
  {
    name: 'confirm-not-awaited',
    wrong: 'what was written to the connection counts as published',
    service: 'orders',
    shownBy: { scenario: 'broker-frozen-and-killed' },
    edits: [
      {
        file: 'libs/messaging/src/publisher.ts',
        code: '      probes.sent.publish(next.message);\n',
        instead: "      probes.sent.publish(next.message);\n      finish(next, 'confirmed');\n",
      },
    ],
  },
  {
    name: 'copy-not-confirmed',
    wrong: 'a message is acknowledged before its copy for the next try is confirmed',
    service: 'email',
    shownBy: { scenario: 'memory-alarm' },
    edits: [
      {
        file: 'libs/messaging/src/middleware/retry-or-dead-letter.ts',
        code: '      await copies.send(copy);\n',
        instead: '      copies.send(copy).catch(() => {});\n',
      },
    ],
  },
  {
    name: 'mail-per-delivery',
    wrong: 'a mail belongs to the delivery of an event, and not to the event',
    service: 'email',
    shownBy: { scenario: 'duplicates' },
    edits: [
      {
        file: 'services/email/src/facts.ts',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: the product's own code
        code: 'uuidV5(`${eventIdentity(event)} ${kind}`, namespace)',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: the product's own code
        instead: 'uuidV5(`${eventIdentity(event)} ${kind} ${Math.random()}`, namespace)',
      },
    ],
  },
  {
    name: 'feed-takes-repeats',
    wrong: 'a feed keeps an event again that it has',
    service: 'notifications',
    shownBy: { scenario: 'duplicates' },
    edits: [
      {
        file: 'services/notifications/src/feed.ts',
        code: 'if (known.documents[0])',
        instead: 'if (known.documents[1_000])',
      },
      {
        file: 'services/notifications/src/feed.ts',
        code: '=> key(feed, eventId),',
        instead: '=> key(feed, eventId, String(Math.random())),',
      },
      {
        file: 'services/notifications/src/feed.ts',
        code: 'key(entry.feed, entry.eventId)',
        instead: 'key(entry.feed, String(entry.position))',
      },
    ],
  },
  {
    name: 'cursor-skips',
    wrong: 'whoever comes back with a cursor misses a message',
    service: 'notifications',
    shownBy: { step: 'feed.kept' },
    edits: [
      {
        file: 'services/notifications/src/reader.ts',
        code: 'const position = asked[name] ?? end;',
        instead: 'const position = Math.min((asked[name] ?? end) + 1, end);',
      },
    ],
  },
  {
    name: 'held-twice',
    wrong: 'units that are held already are taken again',
    service: 'inventory',
    shownBy: { step: 'line.held' },
    edits: [
      {
        file: postings,
        code: '!isPending(entry, n) || marker >= n) return',
        instead: '!isPending(entry, n)) return',
      },
    ],
  },
  {
    name: 'paid-again',
    wrong: 'a call to the provider that got no answer is made again under a new key',
    service: 'payments',
    shownBy: { step: 'provider.answered' },
    edits: [
      {
        file: 'services/payments/src/call.ts',
        code: 'call: { ...payment.call, until, lookup: true }',
        instead:
          // biome-ignore lint/suspicious/noTemplateCurlyInString: the product's own code
          'call: { ...payment.call, key: `${payment.orderId}.${payment.call.kind}.again`, until, lookup: false }',
      },
    ],
  },
  {
    name: 'mail-recorded-first',
    wrong: 'a mail is recorded as sent before it is',
    service: 'email',
    shownBy: { step: 'mail.recorded' },
    edits: [
      {
        file: 'services/email/src/send-mail.ts',
        code: '    steps.recorded.publish(wanted);\n',
        instead: '    await record((mail) => sent(id, mail, now()));\n    steps.recorded.publish(wanted);\n',
      },
    ],
  },
  {
    name: 'outage-costs-attempts',
    wrong: 'an outage of the provider is counted against the messages that meet it',
    service: 'payments',
    shownBy: { scenario: 'provider-fails', length: 'long' },
    edits: [
      {
        file: 'libs/messaging/src/outage.ts',
        code: '  return error instanceof DependencyDownError ||',
        instead: '  return Date.now() < 0 && error instanceof DependencyDownError ||',
      },
    ],
  },
  {
    name: 'order-per-request',
    wrong: 'a repeated request makes another order',
    service: 'orders',
    shownBy: { step: 'order.placed' },
    edits: [
      {
        file: 'services/orders/src/order-id.ts',
        code: 'JSON.stringify([userId, idempotencyKey])',
        instead: 'JSON.stringify([userId, idempotencyKey, Math.random()])',
      },
    ],
  },
  {
    name: 'writes-over-others',
    wrong: 'a write replaces what another instance has written meanwhile',
    service: 'inventory',
    shownBy: { scenario: 'one-of-two-killed' },
    edits: [
      {
        file: 'libs/store/src/sqlite/collection.ts',
        code: "join(', ')} WHERE id = ? AND rev = ?`,",
        instead: "join(', ')} WHERE id = ? AND ? > 0`,",
      },
    ],
  },
  {
    name: 'dead-letters-come-back',
    wrong: 'a message that nobody can read goes back to its queue',
    service: 'audit',
    shownBy: { scenario: 'poison' },
    edits: [
      {
        file: acknowledge,
        code: "    const processed = outcome.kind === 'done'",
        instead:
          "    if (outcome.kind === 'dead') {\n      lease.giveBack();\n      return 'returned';\n    }\n    const processed = outcome.kind === 'done'",
      },
    ],
  },
  {
    name: 'outbox-overwritten',
    wrong: 'a new decision forgets events that are not published yet',
    service: 'orders',
    shownBy: { scenario: 'power-cut' },
    edits: [
      {
        file: 'libs/store/src/said.ts',
        code: 'outbox: [...document.outbox, ...said.map(',
        instead: 'outbox: [...said.map(',
      },
    ],
  },
  {
    name: 'outbox-mark-lost',
    wrong: 'a stored event is not marked as unpublished, so that nobody finds it once its process is dead',
    service: 'orders',
    shownBy: { step: 'store.committed' },
    edits: [
      {
        file: 'libs/store/src/sqlite/collection.ts',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: the product's own code
        code: "const where = `outbox <> '[]' AND ${oldest} < ?`;",
        // biome-ignore lint/suspicious/noTemplateCurlyInString: the product's own code
        instead: "const where = `outbox = '[]' AND ${oldest} < ?`;",
      },
    ],
  },
  {
    name: 'not-mandatory',
    wrong: 'RabbitMQ is not asked to return what finds no queue',
    service: 'email',
    shownBy: { scenario: 'tier-deleted' },
    edits: [{ file: 'libs/messaging/src/publisher.ts', code: 'mandatory: true', instead: 'mandatory: false' }],
  },
  {
    name: 'dead-lettered-at-most-once',
    wrong: 'what has waited for its next try is handed back once, whether its queue takes it or not',
    service: '*',
    shownBy: { scenario: 'calm' },
    edits: [
      {
        file: 'libs/messaging/src/topology.ts',
        code: "'x-dead-letter-strategy': 'at-least-once'",
        instead: "'x-dead-letter-strategy': 'at-most-once'",
      },
    ],
  },
  {
    name: 'holds-undone-too-early',
    wrong:
      'holds of an order that can’t be filled are undone while its reservation still says that they are being taken',
    service: 'inventory',
    shownBy: { scenario: 'stalled-undoing' },
    edits: [
      {
        file: postings,
        code: '        end = (entry) => rules.refuse(',
        instead: `        const turned = rules.refuse(state, totalId, error)?.state;
        for (const each of turned ? rules.totalsOf(turned) : []) {
          const undo = (total) =>
            postOnce(total, { id, n: n + 1, entry: turned, over: new Map() }, (as, last) => rules.move(each, total, as, last, 0));
          await totals.change(each, undo, cause);
          rules.moved?.(turned);
        }
        end = (entry) => rules.refuse(`,
      },
    ],
  },
  {
    name: 'no-fence',
    wrong:
      'an undo leaves no marker on a product of which nothing was held, so that a handler that stalled holds it after all',
    service: 'inventory',
    shownBy: { scenario: 'stalled-before-writing' },
    edits: [
      {
        file: 'services/inventory/src/product.ts',
        code: "  if (operation === 'undo' && !isHeld) return decide(product);\n",
        instead: "  if (operation === 'undo' && !isHeld) return unchanged(product);\n",
      },
    ],
  },
  {
    name: 'timers-run-through-outage',
    wrong: 'orders are cancelled for being late while their service hears nothing',
    service: 'orders',
    shownBy: { scenario: 'long-outage' },
    edits: [
      {
        file: 'services/orders/src/time-limits.ts',
        code: '    return unbroken && (await consumer.depth()) === 0;',
        instead: '    return unbroken || Date.now() > 0;',
      },
    ],
  },
  {
    name: 'zombie-unnoticed',
    wrong: 'a service to which nothing comes any more believes that there is nothing to come',
    service: 'payments',
    shownBy: { scenario: 'consumers-forgotten' },
    edits: [
      {
        file: 'libs/messaging/src/consumer/condition.ts',
        code: '  return !heard && inFlight === 0 &&',
        instead: '  return !heard && inFlight < 0 &&',
      },
    ],
  },
  {
    name: 'memory-kept',
    wrong: 'a part of every message that was handled stays in memory',
    service: 'audit',
    shownBy: { scenario: 'calm' },
    edits: [
      {
        file: processMessage,
        code: '      const delivered = readDelivery(queue, message);\n',
        instead:
          "      const delivered = readDelivery(queue, message);\n      Object.assign(counts, { [Math.random()]: Buffer.alloc(200_000, 'x') });\n",
      },
    ],
  },
];

/** No fault: what a killed service left behind is found sooner, so that a run with a fault in it need not wait as long. */
export const hastened = {
  name: 'hastened',
  edits: [
    { file: 'libs/store/src/sweep.ts', code: 'everyMs = 30_000', instead: 'everyMs = 3_000' },
    { file: 'libs/store/src/outbox-relay.ts', code: 'sweepAgeMs: 10_000', instead: 'sweepAgeMs: 2_000' },
    { file: 'services/inventory/src/unfinished.ts', code: 'underWayForMs = 10_000', instead: 'underWayForMs = 4_000' },
  ],
};
