import { type Edit, plantedFaults } from '@order-events/prove/plant';

/** A mistake in the product, or in the store it runs on, that the simulation has to find. */
export interface Fault {
  readonly name: string;
  readonly wrong: string;
  readonly edits: readonly Edit[];
}

/** Of those that the long proof plants, the ones whose code runs here, too. */
const shared = [
  'acked-before-handled',
  'settled-before-confirmed',
  'confirm-not-awaited',
  'copy-not-confirmed',
  'held-twice',
  'holds-undone-too-early',
  'no-fence',
  'paid-again',
  'outbox-overwritten',
].map(sharedFault);

const postings = 'libs/store/src/postings.ts';

const own: readonly Fault[] = [
  {
    name: 'entry-read-first',
    wrong: 'a reservation is read before the product that it moves, and not after it',
    edits: [
      {
        file: postings,
        code: '    const readAfter = async (total: Document<T> | undefined) => {\n',
        instead:
          '    const early = entries.get(id);\n    early.catch(() => {});\n    const readAfter = async (total: Document<T> | undefined) => {\n',
      },
      { file: postings, code: 'Promise.all([entries.get(id), ', instead: 'Promise.all([early, ' },
    ],
  },
  {
    name: 'marker-dropped-early',
    wrong: 'a product forgets what was done there while the reservation still says that it is being done',
    edits: [{ file: postings, code: '  return entry?.pending === undefined;', instead: '  return true;' }],
  },
  {
    name: 'sold-twice',
    wrong: 'units of an order that is dispatched are sold again when its dispatch goes on after a crash',
    edits: [
      {
        file: postings,
        code: '!isPending(entry, n) || marker >= n) return',
        instead: "!isPending(entry, n) || (marker >= n && entry.pending !== 'dispatch')) return",
      },
    ],
  },
  {
    name: 'no-tombstone',
    wrong: 'a cancel that overtakes its order leaves nothing behind',
    edits: [
      {
        file: 'services/inventory/src/reserve-stock.ts',
        code: '    async learn(id, fact, wanted) {\n',
        instead:
          "    async learn(id, fact, wanted) {\n      if (fact === 'cancelled' && !(await reservations.get(id))) return;\n",
      },
    ],
  },
  {
    name: 'reserved-again',
    wrong: 'an order that comes again is reserved again',
    edits: [
      {
        file: 'services/inventory/src/reservation.ts',
        code: '  const known = reservation ?? made(wanted, now);\n',
        instead: "  const known = fact === 'wanted' ? made(wanted, now) : (reservation ?? made(wanted, now));\n",
      },
    ],
  },
  {
    name: 'writes-over-others',
    wrong: 'a write replaces what another has written meanwhile',
    edits: [
      {
        file: 'libs/testing/src/memory-store.ts',
        code: 'if (stored !== document.rev) return false;',
        instead: 'if (stored === undefined) return false;',
      },
    ],
  },
  {
    name: 'lost-race-counts',
    wrong: 'a write that lost a race counts as stored',
    edits: [
      {
        file: 'libs/store/src/writer.ts',
        code: '    if (!(await (stored ? this.#collection.replace(written) : this.#collection.insert(written)))) return undefined;\n',
        instead: '    await (stored ? this.#collection.replace(written) : this.#collection.insert(written));\n',
      },
    ],
  },
  {
    name: 'not-deduplicated',
    wrong: 'an event that was heard before is decided again',
    edits: [
      {
        file: 'libs/store/src/writer.ts',
        code: '    if (keepsSeen && cause.eventId !== undefined && document?.seen.includes(cause.eventId)) return document;\n',
        instead: '',
      },
    ],
  },
  {
    name: 'kept-again',
    wrong: 'audit keeps an event once for each time it comes',
    edits: [
      {
        file: 'services/audit/src/record-event.ts',
        code: 'log.insert({ id: event.id,',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: the product's own code
        instead: 'log.insert({ id: `${event.id} ${Math.random()}`,',
      },
    ],
  },
  {
    name: 'failed-publish-ignored',
    wrong: 'an event whose publish failed counts as published',
    edits: [
      {
        file: 'libs/store/src/outbox-relay.ts',
        code: '      await this.#settings.publish(entry);\n',
        instead: '      await this.#settings.publish(entry).catch(() => undefined);\n',
      },
    ],
  },
  {
    name: 'impatient-relay',
    wrong: 'an event waits no longer than 50 ms for the confirm of the one before',
    edits: [
      {
        file: 'libs/store/src/outbox-relay.ts',
        code: '      await this.#settings.publish(entry);\n',
        instead: '      await Promise.race([this.#settings.publish(entry), pause(50)]);\n',
      },
    ],
  },
  {
    name: 'outbox-never-swept',
    wrong: 'events that no commit wakes are never said',
    edits: [
      {
        file: 'libs/store/src/outbox-relay.ts',
        code: '    await this.#sweepAll(this.#limits.sweepAgeMs);\n',
        instead: '',
      },
    ],
  },
  {
    name: 'half-done-never-finished',
    wrong: 'a reservation that a crash left half-way is finished by nobody',
    edits: [
      {
        file: 'services/inventory/src/unfinished.ts',
        code: '  return [finish, finishRestocks, dropMarkers];',
        instead: '  return [finishRestocks, dropMarkers];',
      },
      {
        file: 'services/inventory/src/reserve-stock.ts',
        code: '      await reservations.change(id, (at) => learn(',
        instead: '      const { document, changed } = await reservations.change(id, (at) => learn(',
      },
      {
        file: 'services/inventory/src/reserve-stock.ts',
        code: '      return finish(id, wanted.cause);\n',
        instead: '      return changed ? finish(id, wanted.cause) : document.state;\n',
      },
    ],
  },
  {
    name: 'out-of-order',
    wrong: 'events are kept in the order in which they come, and not in which they were said',
    edits: [
      {
        file: 'services/notifications/src/application.ts',
        code: "sources: ['/services/orders']",
        instead: 'sources: []',
      },
    ],
  },
  {
    name: 'not-mandatory',
    wrong: 'a message that reaches no queue is not returned',
    edits: [{ file: 'libs/messaging/src/publisher.ts', code: 'mandatory: true', instead: 'mandatory: false' }],
  },
  {
    name: 'returns-not-noticed',
    wrong: 'a message that was returned counts as published',
    edits: [
      {
        file: 'libs/messaging/src/publisher.ts',
        code: 'if (pending.returned) finish',
        instead: 'if (Date.now() < 0) finish',
      },
    ],
  },
  {
    name: 'outage-costs-attempts',
    wrong: 'an outage of the store is counted against the messages that meet it',
    edits: [
      {
        file: 'libs/messaging/src/outage.ts',
        code: '?.outage === true;',
        instead: '?.outage === 0;',
      },
    ],
  },
  {
    name: 'time-runs-in-an-outage',
    wrong: 'orders time out while nobody can answer',
    edits: [
      {
        file: 'services/orders/src/time-limits.ts',
        code: '    return unbroken && (await consumer.depth()) === 0;\n',
        instead: '    return unbroken || true;\n',
      },
    ],
  },
];

export const faults: readonly Fault[] = [...shared, ...own];

export function faultCalled(name: string): Fault {
  const fault = faults.find((each) => each.name === name);
  if (!fault) throw new Error(`no fault is called ${name}: choose from ${faults.map((each) => each.name).join(', ')}`);
  return fault;
}

function sharedFault(name: string): Fault {
  const fault = plantedFaults.find((each) => each.name === name);
  if (!fault) throw new Error(`the proof plants no ${name} any more`);
  return fault;
}
