import { consumers, type QueueName } from '@order-events/contracts';
import { dlqOf, LIVE, type Topology, UNROUTED } from '../topology.ts';
import type { PolicyValues, Standing, StandingBinding, StandingExchange, StandingQueue } from './standing.ts';

/** One thing in which the broker differs from the description. */
export interface Difference {
  /** The whole difference, with both values, for people. */
  readonly line: string;
  /**
   * What mends it. `declare`: it is missing. `replace`: it can't be changed where it stands. `unbind`: a binding too many.
   * `retire`: a queue of ours that is no longer described. `by-hand`: it isn't ours, as policies and others' bindings.
   * `recover`: a queue was deleted; what it held, and what was said since, is in audit's log.
   */
  readonly mend: 'declare' | 'replace' | 'unbind' | 'retire' | 'by-hand' | 'recover';
  readonly on: { readonly kind: 'exchange' | 'queue' | 'limit'; readonly name: string } | StandingBinding;
  /** True when events could be lost, or go nowhere, until it is mended: a service doesn't start on it. */
  readonly loses: boolean;
}

/** The name a queue's messages wait under while it is replaced. */
export const movingOf = (queue: string) => `${queue}.moving`;

/** Stands beside a queue that was declared anew, until it has what it missed. Holds nothing. */
export const gapOf = (queue: string) => `${queue}.gap`;

/** Every difference, in a fixed order: exchanges, queues, bindings. Nothing is said about what isn't ours. */
export function differences(described: Topology, standing: Standing): Difference[] {
  return [
    ...exchangeDifferences(described, standing),
    ...queueDifferences(described, standing).map((difference) => deletedOrNew(difference, standing)),
    ...gaps(described, standing),
    ...bindingDifferences(described, standing),
    ...limitDifferences(standing),
  ];
}

function exchangeDifferences(described: Topology, standing: Standing): Difference[] {
  return described.exchanges.flatMap(({ name, type, arguments: args }) => {
    const on = { kind: 'exchange', name } as const;
    const found = standing.exchanges.find((exchange) => exchange.name === name);
    if (!found) return [missing(`exchange ${name}`, on)];
    const wrong = [
      ...(found.type === type ? [] : [`type is ${found.type}, described ${type}`]),
      ...lifetime(found),
      ...(found.internal ? ['is internal: nobody can publish to it'] : []),
    ].map((what) => replace(`exchange ${name}: ${what}`, on));
    const policy = pick(found.policy, ['alternate-exchange']);
    return [...wrong, ...argumentDifferences(on, args, { values: found.arguments, policy })];
  });
}

function queueDifferences(described: Topology, standing: Standing): Difference[] {
  const known = described.queues.flatMap(({ name, arguments: args }) => {
    const on = { kind: 'queue', name } as const;
    const found = standing.queues.find((queue) => queue.name === name);
    if (!found) return [missing(`queue ${name}`, on)];
    const wrong = lifetime(found).map((what) => replace(`queue ${name}: ${what}`, on));
    // A broker may choose the type itself; what counts is what the queue is.
    const values = { ...found.arguments, 'x-queue-type': found.type };
    const policy = Object.fromEntries(
      Object.entries(pick(found.policy, POLICY_KEYS)).map(([key, value]) => [`x-${key}`, value]),
    );
    return [...wrong, ...argumentDifferences(on, args, { values, policy })];
  });
  return [...known, ...leftovers(described, standing)];
}

/** The consumed queues whose events audit’s log holds: all but its own. */
export const recoverable = (Object.keys(consumers) as QueueName[]).filter((queue) => queue !== 'audit');

// A declaration makes the queue of what found no queue last: where it stands, all have stood, and one that is missing was deleted.
function deletedOrNew(difference: Difference, standing: Standing): Difference {
  const { mend, on } = difference;
  const stands = (queue: string) => standing.queues.some(({ name }) => name === queue);
  // What a replacement that was cut off has deleted waits beside it.
  if (mend !== 'declare' || !('name' in on) || !stands(UNROUTED) || stands(movingOf(on.name))) return difference;
  return recoverable.some((queue) => [queue, dlqOf(queue)].includes(on.name))
    ? { ...difference, mend: 'recover' }
    : difference;
}

function gaps({ queues }: Topology, standing: Standing): Difference[] {
  return queues
    .filter(({ name }) => standing.queues.some((queue) => queue.name === gapOf(name)))
    .map(({ name }) => ({
      line: `queue ${name} was deleted and declared anew: it lacks what it held, and what was said until then`,
      mend: 'recover',
      on: { kind: 'queue', name: gapOf(name) },
      loses: false,
    }));
}

/** Tiers of a schedule that has changed, and what an interrupted replacement left. */
function leftovers({ queues }: Topology, standing: Standing): Difference[] {
  const names = queues.map(({ name }) => name);
  const isOurs = (name: string) => names.includes(name.replace(/\.(retry\.\d+|dlq|moving)$/, ''));
  return standing.queues
    .filter(({ name }) => !names.includes(name) && isOurs(name))
    .map(({ name }) => ({
      line: `queue ${name} is not described`,
      mend: 'retire',
      on: { kind: 'queue', name },
      loses: false,
    }));
}

function bindingDifferences(described: Topology, standing: Standing): Difference[] {
  const wanted = described.bindings.map(
    ({ exchange, queue, key }): StandingBinding => ({ source: exchange, destination: queue, kind: 'queue', key }),
  );
  const ours = new Set([...described.exchanges, ...described.queues].map(({ name }) => name));
  const lacking = wanted
    .filter((binding) => !standing.bindings.some((other) => same(binding, other)))
    .map((on): Difference => ({ line: `${shown(on)} is missing`, mend: 'declare', on, loses: true }));
  const surplus = standing.bindings
    .filter((binding) => ours.has(binding.source) || ours.has(binding.destination))
    .filter((binding) => !isLive(binding) && !wanted.some((other) => same(binding, other)))
    .map((on): Difference => {
      const mend = ours.has(on.source) && isOursOrMoving(on, ours) ? 'unbind' : 'by-hand';
      return { line: `${shown(on)} is not described`, mend, on, loses: false };
    });
  return [...lacking, ...surplus];
}

// Whoever comes back after a fault finds no place, and nothing shows before.
const limitDifferences = ({ limits }: Standing): Difference[] =>
  limits.flatMap(({ of, values }) =>
    Object.entries(values).map(([name, value]) => ({
      line: `${of}: ${name} is ${value}, described none`,
      mend: 'by-hand',
      on: { kind: 'limit', name },
      loses: false,
    })),
  );

const isOursOrMoving = ({ kind, destination }: StandingBinding, ours: Set<string>) =>
  kind === 'queue' && (ours.has(destination) || ours.has(destination.replace(/\.(moving|retry\.\d+|dlq)$/, '')));

// Each instance of notifications hears through a queue of its own.
const isLive = ({ source, destination }: StandingBinding) => source === LIVE && destination.startsWith(`${LIVE}.`);

const same = (a: StandingBinding, b: StandingBinding) =>
  a.source === b.source && a.destination === b.destination && a.kind === b.kind && a.key === b.key;

const shown = ({ source, kind, destination, key }: StandingBinding) =>
  `binding ${source} → ${kind === 'exchange' ? 'exchange ' : ''}${destination} (${key || 'no key'})`;

// For these the broker takes the smaller of argument and policy; for the rest an argument wins.
const LEAST = ['x-delivery-limit', 'x-message-ttl', 'x-expires', 'x-max-length', 'x-max-length-bytes'];
const POLICY_KEYS = [
  ...LEAST.map((name) => name.slice(2)),
  ...['dead-letter-exchange', 'dead-letter-routing-key', 'dead-letter-strategy', 'overflow'],
];
// These say where and how often a queue is kept, not what becomes of a message.
const PLACEMENT = ['x-queue-leader-locator', 'x-quorum-initial-group-size', 'x-max-in-memory-length'];

interface Effective {
  readonly values: Readonly<Record<string, unknown>>;
  readonly policy: PolicyValues;
}

function argumentDifferences(
  on: { kind: 'exchange' | 'queue'; name: string },
  described: Readonly<Record<string, unknown>>,
  { values, policy }: Effective,
): Difference[] {
  const names = new Set([...Object.keys(described), ...Object.keys(values), ...Object.keys(policy)]);
  return [...names]
    .filter((name) => !PLACEMENT.includes(name))
    .flatMap((name): Difference[] => {
      const says = (value: unknown, by = '') =>
        `${on.kind} ${on.name}: ${name} is ${text(value)}${by}, described ${text(described[name])}`;
      if (values[name] !== described[name]) return [replace(says(values[name]), on)];
      const set = policy[name];
      if (!set || !overrides(name, values[name], set.value)) return [];
      return [{ line: says(set.value, ` by policy ${set.policy}`), mend: 'by-hand', on, loses: true }];
    });
}

function overrides(name: string, argument: unknown, policy: unknown): boolean {
  if (argument === undefined) return true;
  return LEAST.includes(name) && Number(policy) >= 0 && Number(policy) < Number(argument);
}

const text = (value: unknown) => (value === undefined ? 'none' : value === '' ? '""' : String(value));

function lifetime({ durable, autoDelete, ...found }: StandingExchange | StandingQueue): string[] {
  return [
    ...(durable ? [] : ['isn’t durable: it ends with the broker']),
    ...(autoDelete ? ['deletes itself when its last user goes'] : []),
    ...('exclusive' in found && found.exclusive ? ['belongs to one connection and ends with it'] : []),
  ];
}

const missing = (what: string, on: Difference['on']): Difference => ({
  line: `${what} is missing`,
  mend: 'declare',
  on,
  loses: true,
});
const replace = (line: string, on: Difference['on']): Difference => ({ line, mend: 'replace', on, loses: true });

const pick = (policy: PolicyValues, keys: readonly string[]): PolicyValues =>
  Object.fromEntries(Object.entries(policy).filter(([key]) => keys.includes(key)));
