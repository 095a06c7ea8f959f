import { type Collection, newDocument, type OutboxEntry } from '../src/collection.ts';
import type { Log } from '../src/log.ts';

export const quiet: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** A log that keeps its lines. */
export function recorder(): Log & { readonly lines: string[] } {
  const lines: string[] = [];
  const line = (level: string) => (phrase: string) => void lines.push(`${level} ${phrase}`);
  return { lines, debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') };
}

export const now = new Date('2030-01-01T12:00:00.000Z');

export function entry(id: string, sequence: number, ageSeconds = 0): OutboxEntry {
  const at = new Date(now.getTime() - ageSeconds * 1000).toISOString();
  return {
    id: `${id}/${sequence}`,
    sequence,
    at,
    type: 'thing.said.v1',
    body: `{"n":${sequence}}`,
    signature: 'v1,k,s',
  };
}

/** Stores one more entry in the document's outbox, as a change would. */
export async function say<S>(collection: Collection<S>, id: string, ageSeconds = 0) {
  for (;;) {
    const stored = await collection.get(id);
    const before = stored ?? newDocument(id, {} as S);
    const version = before.version + 1;
    const document = { ...before, version, outbox: [...before.outbox, entry(id, version, ageSeconds)] };
    if (!stored) await collection.insert(document);
    if (!stored || (await collection.replace(document))) return { ...document, rev: before.rev + (stored ? 1 : 0) };
  }
}

/** Waits for a condition: a turn of the event loop at a time, 5 s at most. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const start = performance.now(); !(await holds()); ) {
    if (performance.now() - start > 5_000) throw new Error(`never true: ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** A broker that can be slow, down, or picky. */
export class FakeBroker {
  readonly said: string[] = [];
  inFlight = 0;
  most = 0;
  attempts = 0;
  delayMs = 0;
  refuses: (id: string) => boolean = () => false;
  #held: (() => void)[] | undefined;

  readonly publish = async ({ id }: OutboxEntry): Promise<void> => {
    this.attempts += 1;
    this.inFlight += 1;
    this.most = Math.max(this.most, this.inFlight);
    try {
      if (this.#held) await new Promise<void>((resolve) => this.#held?.push(resolve));
      if (this.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, this.delayMs));
      if (this.refuses(id)) throw new Error('refused');
      this.said.push(id);
    } finally {
      this.inFlight -= 1;
    }
  };

  /** Confirms nothing until it is let go. */
  hold(): void {
    this.#held ??= [];
  }

  letGo(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const go of held) go();
  }
}
