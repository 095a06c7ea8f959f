import type { Edit } from '../prove/child/with-fault.ts';
import { plantedFaults } from '../prove/planted.ts';

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
  'paid-again',
  'outbox-overwritten',
].map(sharedFault);

const own: readonly Fault[] = [
  {
    name: 'holds-undone-while-reserving',
    wrong: 'holds are undone before their reservation has left `reserving`',
    edits: [
      {
        file: 'services/inventory/src/reserve-stock.ts',
        code: '      const refusal = await holdLines(id, reservation.lines, cause);\n',
        instead:
          '      const refusal = await holdLines(id, reservation.lines, cause);\n      if (refusal) await undoLines(id, reservation.lines, cause);\n',
      },
    ],
  },
  {
    name: 'no-tombstone',
    wrong: 'a cancel that overtakes its order leaves nothing behind',
    edits: [
      {
        file: 'services/inventory/src/reserve-stock.ts',
        code: '    async release(id, wanted) {\n',
        instead:
          "    async release(id, wanted) {\n      if (!(await reservations.get(id))) return { ...wanted, status: 'released', changedAt: now() };\n",
      },
    ],
  },
  {
    name: 'reserved-again',
    wrong: 'an order that comes again is reserved again',
    edits: [
      {
        file: 'services/inventory/src/reservation.ts',
        code: '  if (reservation) return unchanged(reservation);\n',
        instead: '',
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
        code: '    if (!(await (stored ? this.#collection.replace(written) : this.#insert(written)))) return undefined;\n',
        instead: '    await (stored ? this.#collection.replace(written) : this.#insert(written));\n',
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
        code: '  return [finish, each(',
        instead: '  return [each(',
      },
      {
        file: 'services/inventory/src/reserve-stock.ts',
        code: 'const { document } = await reservations.change(id, (at) => begin(',
        instead: 'const { document, changed } = await reservations.change(id, (at) => begin(',
      },
      {
        file: 'services/inventory/src/reserve-stock.ts',
        code: '      return advance(id, document.state, wanted.cause);\n    },\n    async release',
        instead:
          '      if (!changed) return document.state;\n      return advance(id, document.state, wanted.cause);\n    },\n    async release',
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
