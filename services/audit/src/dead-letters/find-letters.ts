import type { QueueName } from '@order-events/contracts';
import { isNamed, nameOf } from './action.ts';
import { type ExclusiveQueues, queueNames } from './exclusive-queues.ts';
import { type FullLetter, fullLetterOf, type Summary, summaryOf } from './letter-view.ts';
import { type Filter, matches, withoutCopies } from './selection.ts';

export interface FindLetters {
  summaries(filter: Filter): Promise<Summary[]>;
  /** These in full; those that are gone meanwhile are left out. */
  full(letters: readonly Summary[]): Promise<FullLetter[]>;
  /** More than one only where different letters have the same id. */
  named(queue: QueueName, name: string): Promise<FullLetter[]>;
  /** The whole bodies of the letters with this name, by digest. */
  bodies(queue: QueueName, name: string): Promise<ReadonlyMap<string, Buffer>>;
}

/** Returns each letter once, however many copies a crash has left. Only the bodies of requested letters stay in memory. */
export function createFindLetters(queues: ExclusiveQueues): FindLetters {
  async function fullOf(queue: QueueName, isWanted: (letter: { id: string; digest: string }) => boolean) {
    const letters = await queues.look(queue, (letter) => (isWanted(letter) ? fullLetterOf(letter) : undefined));
    return withoutCopies(letters.filter((letter) => letter !== undefined));
  }

  return {
    async summaries(filter) {
      const letters: Summary[] = [];
      for (const queue of queueNames) {
        if (filter.queue === undefined || filter.queue === queue)
          letters.push(...(await queues.look(queue, summaryOf)));
      }
      return withoutCopies(letters).filter(matches(filter));
    },
    async full(letters) {
      const found = new Map<string, FullLetter>();
      for (const queue of queueNames) {
        const wanted = new Set(letters.filter((letter) => letter.queue === queue).map(nameOf));
        if (wanted.size === 0) continue;
        const inQueue = await fullOf(queue, (letter) => wanted.has(nameOf(letter)));
        for (const letter of inQueue) found.set(`${queue} ${nameOf(letter)}`, letter);
      }
      return letters.flatMap((letter) => found.get(`${letter.queue} ${nameOf(letter)}`) ?? []);
    },
    named: (queue, name) => fullOf(queue, (letter) => isNamed(name, letter)),
    async bodies(queue, name) {
      const found = await queues.look(queue, (letter) => (isNamed(name, letter) ? letter : undefined));
      return new Map(found.flatMap((letter) => (letter ? [[letter.digest, letter.body]] : [])));
    },
  };
}
