import { consumers, type QueueName } from '@order-events/contracts';
import type { DeadLetter, DeadLetters, HeldDeadLetter } from '@order-events/messaging';
import type { InTurn } from './turns.ts';

export const queueNames = Object.keys(consumers) as readonly QueueName[];

export type Hold = <T>(
  wanted: (letter: DeadLetter) => boolean,
  work: (held: readonly HeldDeadLetter[]) => Promise<T>,
) => Promise<T>;

/** Where letters are looked at and taken in hand: one pair of hands for a queue, among all instances. */
export interface Desk {
  /** What `see` makes of every letter of a queue, oldest first; each is back in its place before this resolves. */
  look<T>(queue: QueueName, see: (letter: DeadLetter) => T): Promise<T[]>;
  /** Nobody else looks at or takes letters of the queue while the work lasts. */
  inTurn<T>(queue: QueueName, work: (hold: Hold) => Promise<T>): Promise<T>;
  count(queue: QueueName): Promise<number>;
}

export function createDesk(letters: DeadLetters, inTurn: InTurn): Desk {
  const desk: Desk = {
    count: letters.count,
    inTurn: (queue, work) => inTurn(queue, () => work((wanted, use) => letters.hold(queue, wanted, use))),
    async look(queue, see) {
      if ((await letters.count(queue)) === 0) return [];
      return desk.inTurn(queue, (hold) => seen(hold, see));
    },
  };
  return desk;
}

/** The same within a turn that is already taken. */
export async function seen<T>(hold: Hold, see: (letter: DeadLetter) => T): Promise<T[]> {
  const all: T[] = [];
  const look = (letter: DeadLetter) => {
    all.push(see(letter));
    return false;
  };
  return hold(look, async () => all);
}
