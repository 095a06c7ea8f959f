import type { QueueName } from '@order-events/contracts';
import type { CheckResult } from '@order-events/runtime';
import { pause, settledWithin } from './backoff.ts';
import type { Connection } from './connection.ts';
import type { Log } from './log.ts';
import { missingOf } from './ready-topology.ts';
import { reasonOf } from './reason-of.ts';
import { type Difference, differences } from './standing/compare.ts';
import { managementAt } from './standing/management.ts';
import { readStanding } from './standing/standing.ts';
import { topology } from './topology.ts';

const EVERY_MS = 3 * 60_000;
const ANSWER_MS = 10_000;

export interface TopologyWatchOptions {
  readonly connection: Connection;
  readonly url: string;
  /** With it everything is compared, policies and bindings included; without it, what a passive look shows. */
  readonly managementUrl?: string | undefined;
  /** The queues this service consumes. */
  readonly queues: () => readonly QueueName[];
  readonly log: Log;
  readonly random: () => number;
  readonly clock: () => Date;
  /** About how often (default 3 min). */
  readonly everyMs?: number | undefined;
}

export interface TopologyWatch {
  /** What differs, as far as the last look showed. */
  readonly found: readonly Found[];
  /** When it could last be looked at. */
  readonly lookedAt: Date | undefined;
  check(): CheckResult;
  start(): void;
  stop(): void;
}

export type Found = Pick<Difference, 'line' | 'loses' | 'mend'> & { readonly ours: boolean };

/** Compares what stands in the broker with the description again and again: it can change at any time, and nobody says so. */
export function watchTopology(options: TopologyWatchOptions): TopologyWatch {
  const { connection, url, managementUrl, queues, log, random, clock, everyMs = EVERY_MS } = options;
  const stopping = new AbortController();
  let found: readonly Found[] = [];
  let lookedAt: Date | undefined;

  async function look(): Promise<void> {
    const { model } = connection;
    if (!model) return;
    try {
      const all = managementUrl
        ? differences(topology(queues()), await readStanding(managementAt(managementUrl, url))).map((each) =>
            marked(each, queues()),
          )
        : (await missingOf(model, queues())).map((line) => ({
            line,
            loses: true,
            mend: 'declare' as const,
            ours: true,
          }));
      told(all);
      lookedAt = clock();
    } catch (error) {
      log.debug('topology not compared', { error: reasonOf(error) });
    }
  }

  function told(now: readonly Found[]): void {
    const isIn = (some: readonly Found[], { line }: Found) => some.some((each) => each.line === line);
    for (const each of now) {
      const say = each.loses && each.ours ? log.error : log.warn;
      if (!isIn(found, each)) say('topology differs', { difference: each.line, mend: each.mend });
    }
    for (const each of found) if (!isIn(now, each)) log.info('topology differs no more', { difference: each.line });
    found = now;
  }

  async function keepLooking(): Promise<void> {
    for (;;) {
      await pause(everyMs * (0.75 + random() / 2), stopping.signal);
      if (stopping.signal.aborted) return;
      await settledWithin(look(), ANSWER_MS);
    }
  }

  return {
    get found() {
      return found;
    },
    get lookedAt() {
      return lookedAt;
    },
    // What loses messages of others is theirs to be unready for.
    check() {
      const detail = found.map(({ line }) => line).join('; ');
      return { ok: !found.some(({ loses, ours }) => loses && ours), ...(detail && { detail }) };
    },
    start: () => void keepLooking(),
    stop: () => stopping.abort(),
  };
}

/** Ours is what belongs to a queue of this service, and the exchanges, which everybody needs. */
function marked({ line, loses, mend, on }: Difference, queues: readonly string[]): Found {
  const isOurs = (name: string) => queues.some((queue) => name === queue || name.startsWith(`${queue}.`));
  const ours = 'source' in on ? isOurs(on.destination) : on.kind === 'exchange' || isOurs(on.name);
  return { line, loses, mend, ours };
}
