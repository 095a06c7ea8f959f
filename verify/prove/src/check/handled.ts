import { readFile } from 'node:fs/promises';

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

export function countHandled({ handled }: Journal): { handled: number; duplicates: number } {
  const all = [...handled.values()].reduce((sum, times) => sum + times, 0);
  return { handled: all, duplicates: all - handled.size };
}
