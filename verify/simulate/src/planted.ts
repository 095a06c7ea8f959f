import { plantedFaults, type Wrap } from '@order-events/prove/plant';
import * as messaging from './faults/messaging.ts';
import * as services from './faults/services.ts';
import * as store from './faults/store.ts';

/** A mistake in the product, or in the store it runs on, that the simulation has to find. */
export interface Fault {
  readonly name: string;
  readonly wrong: string;
  readonly wraps: readonly Wrap[];
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

const own: readonly Fault[] = [
  {
    name: 'entry-read-first',
    wrong: 'a reservation is read before the product that it moves, and not after it',
    wraps: [store.readBefore],
  },
  {
    name: 'marker-dropped-early',
    wrong: 'a product forgets what was done there while the reservation still says that it is being done',
    wraps: [store.dropMarkersEarly],
  },
  {
    name: 'sold-twice',
    wrong: 'units of an order that is dispatched are sold again when its dispatch goes on after a crash',
    wraps: [store.sellTwice],
  },
  {
    name: 'no-tombstone',
    wrong: 'a cancel that overtakes its order leaves nothing behind',
    wraps: [services.noTombstone],
  },
  {
    name: 'reserved-again',
    wrong: 'an order that comes again is reserved again',
    wraps: [services.reserveAgain],
  },
  {
    name: 'writes-over-others',
    wrong: 'a write replaces what another has written meanwhile',
    wraps: [store.overwriteInMemory],
  },
  {
    name: 'lost-race-counts',
    wrong: 'a write that lost a race counts as stored',
    wraps: [store.ignoreLostRace],
  },
  {
    name: 'not-deduplicated',
    wrong: 'an event that was heard before is decided again',
    wraps: [store.decideAgain],
  },
  {
    name: 'kept-again',
    wrong: 'audit keeps an event once for each time it comes',
    wraps: [services.keepAgain],
  },
  {
    name: 'failed-publish-ignored',
    wrong: 'an event whose publish failed counts as published',
    wraps: [store.ignoreFailedPublish],
  },
  {
    name: 'impatient-relay',
    wrong: 'an event waits no longer than 50 ms for the confirm of the one before',
    wraps: [store.waitBriefly],
  },
  {
    name: 'outbox-never-swept',
    wrong: 'events that no commit wakes are never said',
    wraps: [store.neverSweep],
  },
  {
    name: 'half-done-never-finished',
    wrong: 'a reservation that a crash left half-way is finished by nobody',
    wraps: [services.finishNone, services.finishOnlyNews],
  },
  {
    name: 'out-of-order',
    wrong: 'events are kept in the order in which they come, and not in which they were said',
    wraps: [messaging.anyOrder],
  },
  {
    name: 'not-mandatory',
    wrong: 'a message that reaches no queue is not returned',
    wraps: sharedFault('not-mandatory').wraps,
  },
  {
    name: 'returns-not-noticed',
    wrong: 'a message that was returned counts as published',
    wraps: [messaging.ignoreReturns],
  },
  {
    name: 'outage-costs-attempts',
    wrong: 'an outage of the store is counted against the messages that meet it',
    wraps: [messaging.countStoreOutage],
  },
  {
    name: 'time-runs-in-an-outage',
    wrong: 'orders time out while nobody can answer',
    wraps: sharedFault('timers-run-through-outage').wraps,
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
