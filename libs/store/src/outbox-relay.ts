import { setTimeout as pause } from 'node:timers/promises';
import type { Backlog, Document } from './collection.ts';
import { Conditions } from './conditions.ts';
import { Lane, type Outboxes } from './lane.ts';
import { type Log, reasonOf } from './log.ts';
import { probes } from './probes.ts';
import type { Relay, RelayLimits, RelayOptions } from './relay.ts';
import { Retries } from './retries.ts';

type Settings = Required<RelayOptions> & { readonly limits: RelayLimits };

/** Pages of which nothing gets through that one sweep looks behind: while nothing at all does, it doesn't read everything. */
const MOST_STUCK = 20;
const none: ReadonlySet<string> = new Set();

const defaults: RelayLimits = {
  window: 1_000,
  heldBytes: 8 * 2 ** 20,
  known: 100_000,
  dropAfterMs: 20,
  retryMs: 100,
  longestRetryMs: 5_000,
  stopMs: 5_000,
  sweepAgeMs: 10_000,
  sweepPage: 500,
};

export function createRelay({ limits, ...options }: RelayOptions): Relay {
  return new OutboxRelay({ clock: () => new Date(), ...options, limits: { ...defaults, ...limits } });
}

class OutboxRelay implements Relay {
  readonly #settings: Settings;
  readonly #limits: RelayLimits;
  readonly #watched = new Set<Outboxes>();

  // A lane with something to publish is ready, running or waiting for a retry; beside that its stored outbox may hold published entries.
  readonly #lanes = new Map<string, Lane>();
  readonly #memory = { bytes: 0 };
  readonly #ready = new Set<Lane>();
  readonly #running = new Set<Lane>();
  readonly #retries: Retries;
  readonly #unclean = new Set<Lane>();

  #phase: 'new' | 'started' | 'stopping' | 'stopped' = 'new';
  #stopped: Promise<void> | undefined;
  #leftovers: Promise<void> = Promise.resolve();
  #failing = false;
  #dropFails = false;
  #dropTimer: NodeJS.Timeout | undefined;
  readonly #conditions = new Conditions();

  get log(): Log {
    return this.#settings.log;
  }

  constructor(settings: Settings) {
    this.#settings = settings;
    this.#limits = settings.limits;
    this.#retries = new Retries((lane) => this.#run(lane), settings.limits);
  }

  committed(collection: Outboxes, document: Document<unknown>): void {
    const lane = this.#lanes.get(keyOf(collection, document.id)) ?? this.#newLane(collection, document);
    if (!lane) return;
    if (this.#memory.bytes >= this.#limits.heldBytes && !this.#running.has(lane)) lane.forget();
    lane.learn(document);
    this.#rest(lane);
    this.#pump();
  }

  confirmed(collection: Outboxes, id: string): ReadonlySet<string> {
    return this.#lanes.get(keyOf(collection, id))?.confirmed ?? none;
  }

  watch(collection: Outboxes): void {
    this.#watched.add(collection);
  }

  async sweep(): Promise<void> {
    await this.#leftovers;
    await this.#sweepAll(this.#limits.sweepAgeMs);
  }

  idle(): Promise<void> {
    return this.#conditions.until(() => this.#lanes.size === 0);
  }

  start(): void {
    if (this.#phase !== 'new') return;
    this.#phase = 'started';
    this.#pump();
    // What an earlier run left is published at once. That may repeat what another instance is publishing.
    this.#leftovers = this.#sweepAll(0).catch((error) =>
      this.#settings.log.warn('outboxes not swept', { reason: reasonOf(error) }),
    );
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#finish();
    return this.#stopped;
  }

  pending(): number {
    return this.#lanes.size;
  }

  async backlog(): Promise<Backlog> {
    const now = this.#settings.clock().toISOString();
    const all = await Promise.all([...this.#watched].map((each) => each.backlog(now)));
    const documents = all.reduce((sum, each) => sum + each.documents, 0);
    const oldestAt = all.flatMap((each) => each.oldestAt ?? []).sort()[0];
    const aheadAt = all.flatMap((each) => each.aheadAt ?? []).sort()[0];
    return { documents, ...(oldestAt !== undefined && { oldestAt }), ...(aheadAt !== undefined && { aheadAt }) };
  }

  async oldestAt(): Promise<string | undefined> {
    const { oldestAt, aheadAt } = await this.backlog();
    return oldestAt ?? aheadAt;
  }

  async #finish(): Promise<void> {
    const ready = this.#phase === 'started' ? this.#ready : [];
    this.#phase = 'stopping';
    this.#retries.stop();
    const quiet = () => [...ready, ...this.#running, ...this.#unclean].length === 0;
    const late = new AbortController();
    const bound = pause(this.#limits.stopMs, undefined, { signal: late.signal }).catch(() => undefined);
    await Promise.race([this.#conditions.until(quiet), bound]);
    late.abort();
    clearTimeout(this.#dropTimer);
    this.#phase = 'stopped';
    this.#lanes.clear();
    this.#conditions.check();
  }

  #newLane(collection: Outboxes, { id, outbox }: Document<unknown>): Lane | undefined {
    const over = this.#phase === 'stopping' || this.#phase === 'stopped' || this.#lanes.size >= this.#limits.known;
    if (over || outbox.length === 0) return undefined;
    const lane = new Lane(collection, id, this.#memory);
    this.#lanes.set(keyOf(collection, id), lane);
    return lane;
  }

  /** Puts a lane where it belongs after anything happened to it. */
  #rest(lane: Lane): void {
    if (lane.isClean) this.#unclean.delete(lane);
    if (!this.#running.has(lane) && !this.#retries.has(lane)) {
      if (lane.busy) this.#ready.add(lane);
      else if (lane.isClean) this.#lanes.delete(keyOf(lane.collection, lane.id));
    }
    this.#conditions.check();
  }

  #pump(): void {
    if (this.#phase === 'new' || this.#phase === 'stopped') return;
    for (const lane of this.#ready) {
      if (this.#running.size >= this.#limits.window) return;
      this.#ready.delete(lane);
      void this.#run(lane);
    }
  }

  /** Publishes what the lane has; false when that failed. */
  async #run(lane: Lane): Promise<boolean> {
    this.#running.add(lane);
    const failure = await this.#publish(lane).catch((error: unknown) => ({ error }));
    this.#running.delete(lane);
    if (failure) {
      lane.forget(); // Read again before the retry: another instance may have published it meanwhile.
      this.#retries.add(lane);
      this.#tell(lane, failure.error);
    }
    this.#rest(lane);
    this.#pump();
    return !failure;
  }

  async #publish(lane: Lane): Promise<undefined> {
    await lane.read();
    for (let entry = lane.head; entry && this.#phase !== 'stopped'; entry = lane.head) {
      probes.publishing.publish(entry);
      await this.#settings.publish(entry);
      probes.confirmed.publish(entry);
      lane.confirm(entry);
      this.#unclean.add(lane);
      this.#dropTimer ??= setTimeout(() => this.#drop(), this.#limits.dropAfterMs);
      if (this.#failing) this.#settings.log.info('events are published again');
      this.#failing = false;
    }
  }

  // One warning per disturbance, not one per event.
  #tell(lane: Lane, error: unknown): void {
    const fields = { collection: lane.collection.name, id: lane.id, reason: reasonOf(error) };
    if (this.#failing) this.#settings.log.debug('event not published', fields);
    else this.#settings.log.warn('events are not published for now', fields);
    this.#failing = true;
  }

  #tellDropping(failure: unknown): void {
    const { log } = this.#settings;
    if (failure && !this.#dropFails)
      log.warn('published events not dropped from their outboxes for now', { reason: reasonOf(failure) });
    if (!failure && this.#dropFails) log.info('published events are dropped from their outboxes again');
    this.#dropFails = failure !== undefined;
  }

  async #drop(): Promise<void> {
    const lanes = [...this.#unclean];
    const outcomes = await Promise.allSettled(lanes.map((lane) => lane.dropConfirmed()));
    const failure = outcomes.find((outcome) => outcome.status === 'rejected');
    this.#tellDropping(failure?.reason);
    for (const lane of lanes) this.#rest(lane);
    const wait = failure ? this.#limits.longestRetryMs : this.#limits.dropAfterMs;
    const more = this.#unclean.size > 0 && this.#phase !== 'stopped';
    this.#dropTimer = more ? setTimeout(() => this.#drop(), wait) : undefined;
  }

  async #sweepAll(ageMs: number): Promise<void> {
    await Promise.all([...this.#watched].map((collection) => this.#sweep(collection, ageMs)));
  }

  async #sweep(collection: Outboxes, ageMs: number): Promise<void> {
    const now = this.#settings.clock().getTime();
    const at = (ms: number) => new Date(now + ms).toISOString();
    await this.#sweepRange(collection, { before: at(-ageMs) });
    // Decided by a clock that was ahead: by this one its turn may be years away.
    await this.#sweepRange(collection, { from: at(ageMs) });
  }

  async #sweepRange(collection: Outboxes, range: { readonly from?: string; readonly before?: string }): Promise<void> {
    const { sweepPage } = this.#limits;
    let { from = '' } = range;
    for (let limit = sweepPage, stuck = 0; this.#phase === 'started' && stuck < MOST_STUCK; ) {
      const found = await collection.unpublished({ ...range, from, limit });
      const [news, lanes] = this.#take(collection, found);
      await this.#conditions.until(() => lanes.every((lane) => this.#retries.has(lane) || !this.#knows(lane)));
      if (lanes.length === news && found.length < limit) return;
      if (lanes.length === 0 && news > 0) return;
      if (lanes.some((lane) => !this.#retries.has(lane))) continue; // made room at the front
      const last = latestOf(found, from);
      limit = last === from ? 2 * limit : sweepPage;
      from = last;
      stuck += 1;
    }
  }

  /** How many of the documents are news here, and the lanes of those for which there was room. */
  #take(collection: Outboxes, found: readonly Document<unknown>[]): [number, Lane[]] {
    const news = found.filter(({ id }) => !this.#lanes.has(keyOf(collection, id)));
    for (const document of news) this.committed(collection, document);
    return [news.length, news.flatMap(({ id }) => this.#lanes.get(keyOf(collection, id)) ?? [])];
  }

  #knows(lane: Lane): boolean {
    return this.#lanes.get(keyOf(lane.collection, lane.id)) === lane;
  }
}

/** Where the next page begins: at the last one's time, itself included, as others may have the same. */
function latestOf(found: readonly Document<unknown>[], from: string): string {
  const times = found.at(-1)?.outbox.map(({ at }) => at) ?? [];
  return times.filter((at) => at >= from).sort()[0] ?? from;
}

function keyOf({ name }: Outboxes, id: string): string {
  return `${name} ${id}`;
}
