import { consumers, type QueueName } from '@order-events/contracts';
import type { Letter } from '../rig/queues.ts';
import type { Evidence } from './evidence.ts';
import type { Journal } from './handled.ts';
import { allOf, fine, type Verdict } from './verdict.ts';

/** What lies in the broker when nobody works any more, by queue. */
export type Left = ReadonlyMap<string, readonly Pick<Letter, 'properties'>[]>;

/** Where the events are that one queue was to hear. */
export interface Account {
  readonly queue: QueueName;
  readonly published: number;
  /** Handled at least once. */
  readonly done: number;
  /** Not handled, and among the dead letters. */
  readonly dead: number;
  /** Neither, and still in the queue or waiting for their next try. */
  readonly inFlight: number;
}

/** One line for each queue: done + dead + in flight must be what was published to it. */
export function accounts({ events }: Evidence, { handled }: Journal, left: Left): Account[] {
  return Object.entries(consumers).map(([name, { consumes }]) => {
    const queue = name as QueueName;
    const owed = events.filter(({ type }) => consumes === '#' || consumes.includes(type)).map(({ id }) => id);
    const undone = owed.filter((id) => !handled.has(`${queue} ${id}`));
    const [dlq, waiting] = [idsIn(left, (each) => each === `${queue}.dlq`), idsIn(left, isWaiting(queue))];
    const dead = undone.filter((id) => dlq.has(id));
    const inFlight = undone.filter((id) => !dlq.has(id) && waiting.has(id));
    return {
      queue,
      published: owed.length,
      done: owed.length - undone.length,
      dead: dead.length,
      inFlight: inFlight.length,
    };
  });
}

/** The account balances; nothing is in flight for ever; a dead letter is one that was meant, and says why it is one. */
export function checkAccounts(all: readonly Account[], left: Left, meant: Readonly<Record<string, number>>): Verdict {
  const vanished = all.flatMap(({ queue, published, done, dead, inFlight }) =>
    done + dead + inFlight === published
      ? []
      : [`${queue}: ${published} published to it, ${done} done, ${dead} dead-lettered, ${inFlight} in flight`],
  );
  const off = [...left].filter(([name, letters]) => letters.length !== (meant[name] ?? 0));
  // Those without were given up by the broker, after a hundred returns: nobody decided on them.
  const unexplained = [...left].filter(
    ([name, letters]) => name.endsWith('.dlq') && letters.some(({ properties }) => !properties.headers?.failure),
  );
  return allOf([
    { ...fine, lost: vanished },
    {
      ...fine,
      lost: off.map(([name, letters]) => `${name} holds ${letters.length} messages, and not ${meant[name] ?? 0}`),
      wrong: unexplained.map(([name]) => `${name} holds messages that do not say why`),
    },
  ]);
}

const isWaiting = (queue: string) => (name: string) => name === queue || name.startsWith(`${queue}.retry.`);

function idsIn(left: Left, isOne: (queue: string) => boolean): Set<string | undefined> {
  const letters = [...left].flatMap(([queue, held]) => (isOne(queue) ? held : []));
  return new Set(letters.map(({ properties }) => properties.message_id));
}
