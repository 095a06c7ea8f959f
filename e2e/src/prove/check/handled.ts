import { readFile } from 'node:fs/promises';
import { consumers, type QueueName } from '@order-events/contracts';
import type { Evidence } from './evidence.ts';
import { fine, type Verdict } from './verdict.ts';

/** What the journals of all processes tell. */
export interface Journal {
  /** How often each step was passed, by service and step. */
  readonly passes: ReadonlyMap<string, ReadonlyMap<string, number>>;
  /** How often each message was handled, by `queue id`. */
  readonly handled: ReadonlyMap<string, number>;
}

export async function readJournals(
  files: readonly { readonly service: string; readonly journal: string }[],
): Promise<Journal> {
  const passes = new Map<string, Map<string, number>>();
  const handled = new Map<string, number>();
  for (const { service, journal } of files) {
    const steps = passes.get(service) ?? new Map<string, number>();
    passes.set(service, steps);
    const text = await readFile(journal, 'utf8').catch(() => '');
    for (const line of text.split('\n').filter(Boolean)) {
      const [step = '', message = ''] = line.split('\t');
      steps.set(step, (steps.get(step) ?? 0) + 1);
      if (step === 'message.handled') handled.set(message, (handled.get(message) ?? 0) + 1);
    }
  }
  return { passes, handled };
}

/** Every event was handled by everyone who hears it. */
export function checkHandled({ events }: Evidence, { handled }: Journal): Verdict {
  const owed = Object.entries(consumers).flatMap(([queue, { hears }]) =>
    events.filter(({ type }) => hears === '#' || hears.includes(type)).map(({ id }) => `${queue as QueueName} ${id}`),
  );
  return { ...fine, lost: owed.filter((each) => !handled.has(each)).map((each) => `never handled: ${each}`) };
}

export function countHandled({ handled }: Journal): { handled: number; duplicates: number } {
  const all = [...handled.values()].reduce((sum, times) => sum + times, 0);
  return { handled: all, duplicates: all - handled.size };
}
