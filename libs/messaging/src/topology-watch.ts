import type { QueueName } from '@order-events/contracts';
import type { CheckResult } from '@order-events/runtime';
import type { ChannelModel } from 'amqplib';
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
  /** The management API: with it everything is compared, policies and bindings included; without it, a passive look has to do. */
  readonly managementUrl?: string | undefined;
  /** The queues this service consumes. */
  readonly queues: () => readonly QueueName[];
  readonly log: Log;
  /** From 0 to 1: spreads the looks of many services. */
  readonly random: () => number;
  readonly clock: () => Date;
  /** About how often it looks, in ms (default 180,000). */
  readonly everyMs?: number | undefined;
}

export type Found = Pick<Difference, 'line' | 'loses' | 'mend'> & { readonly ours: boolean };

/** Compares the broker with the description again and again: it can change at any time, and tells nobody. */
export class TopologyWatch {
  readonly #options: TopologyWatchOptions;
  readonly #stopping = new AbortController();
  #found: readonly Found[] = [];
  #lookedAt: Date | undefined;

  constructor(options: TopologyWatchOptions) {
    this.#options = options;
  }

  /** The differences that the last look showed. */
  get found(): readonly Found[] {
    return this.#found;
  }

  /** When it could last be looked at. */
  get lookedAt(): Date | undefined {
    return this.#lookedAt;
  }

  /** Not ready while messages of this service, or an exchange, can be lost. Losses of other services are theirs to tell. */
  check(): CheckResult {
    const detail = this.#found.map(({ line }) => line).join('; ');
    return { ok: !this.#found.some(({ loses, ours }) => loses && ours), ...(detail && { detail }) };
  }

  start(): void {
    void this.#keepLooking();
  }

  stop(): void {
    this.#stopping.abort();
  }

  async #keepLooking(): Promise<void> {
    const { everyMs = EVERY_MS, random } = this.#options;
    for (;;) {
      await pause(everyMs * (0.75 + random() / 2), this.#stopping.signal);
      if (this.#stopping.signal.aborted) return;
      await settledWithin(this.#look(), ANSWER_MS);
    }
  }

  async #look(): Promise<void> {
    const { connection, log, clock } = this.#options;
    if (!connection.model) return;
    try {
      this.#tell(await this.#differences(connection.model));
      this.#lookedAt = clock();
    } catch (error) {
      log.debug('topology not compared', { error: reasonOf(error) });
    }
  }

  async #differences(model: ChannelModel): Promise<readonly Found[]> {
    const { url, managementUrl, queues } = this.#options;
    const own = queues();
    if (managementUrl) {
      const standing = await readStanding(managementAt(managementUrl, url));
      return differences(topology(own), standing).map((each) => marked(each, own));
    }
    const missing = await missingOf(model, own);
    return missing.map((line) => ({ line, loses: true, mend: 'declare', ours: true }));
  }

  #tell(now: readonly Found[]): void {
    const { log } = this.#options;
    const isIn = (some: readonly Found[], { line }: Found) => some.some((each) => each.line === line);
    for (const each of now) {
      const say = each.loses && each.ours ? log.error : log.warn;
      if (!isIn(this.#found, each)) say('topology differs', { difference: each.line, mend: each.mend });
    }
    for (const each of this.#found)
      if (!isIn(now, each)) log.info('topology differs no more', { difference: each.line });
    this.#found = now;
  }
}

/** Ours is what belongs to a queue of this service, and the exchanges, which everybody needs. */
function marked({ line, loses, mend, on }: Difference, queues: readonly string[]): Found {
  const isOurs = (name: string) => queues.some((queue) => name === queue || name.startsWith(`${queue}.`));
  const ours = 'source' in on ? isOurs(on.destination) : on.kind === 'exchange' || isOurs(on.name);
  return { line, loses, mend, ours };
}
