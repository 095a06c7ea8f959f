import { setTimeout as delay } from 'node:timers/promises';
import { type Account, accounts, checkAccounts, type Left } from './check/account.ts';
import type { Case, LedgerEntry } from './check/case.ts';
import { check } from './check/check.ts';
import { type Archive, openArchive } from './check/evidence.ts';
import { countHandled, type Journal, readJournals } from './check/handled.ts';
import { repeatsOf } from './check/mails.ts';
import { checkMemory, growthOf, type Memories } from './check/memory.ts';
import { checkTopology } from './check/topology.ts';
import { allOf, fine, type Verdict } from './check/verdict.ts';
import type { Memory } from './child/commands.ts';
import type { Listener } from './listeners.ts';
import type { Point } from './points.ts';
import type { Scenario } from './scenario.ts';
import { ordinaryPatience, type Patience, settle } from './settle.ts';
import { openWorld, type World, type WorldWish } from './world.ts';

export interface Outcome {
  readonly scenario: string;
  readonly what: string;
  readonly seed: number;
  readonly seconds: number;
  readonly done: string;
  readonly counts: Counts;
  readonly verdict: Verdict;
  readonly journal: Journal;
  /** The steps at which services were killed. */
  readonly crashes: readonly Point[];
  /** The most that any process needs more at rest than before, in bytes. */
  readonly growth: Memory;
  /** Where logs and stores are kept, when there is something to look into. */
  readonly evidence?: string;
}

export interface Counts {
  readonly accepted: number;
  readonly repeatedRequests: number;
  readonly events: number;
  /** Events by the queues that hear them. */
  readonly published: number;
  readonly done: number;
  readonly dead: number;
  readonly inFlight: number;
  readonly handled: number;
  readonly duplicates: number;
  readonly mails: number;
  readonly mailsRepeated: number;
  readonly told: number;
  /** Of services. */
  readonly kills: number;
  readonly brokerKills: number;
}

export interface RunWish extends Pick<WorldWish, 'broker' | 'compiled' | 'seed' | 'say' | 'planted'> {
  readonly length: 'short' | 'long';
  /** Whether what a failed run leaves behind is kept (default: yes). */
  readonly keepEvidence?: boolean;
  /** How long things may take to come to rest. */
  readonly patience?: Patience;
}

/** People order while the scenario does its harm; when all has come to rest, everything is checked. */
export async function runScenario(scenario: Scenario, wish: RunWish): Promise<Outcome> {
  const began = Date.now();
  const { broker, seed, say, length, patience = ordinaryPatience, keepEvidence = true } = wish;
  const brokerKills = broker.kills;
  const world = await openWorld({ ...wish, ...scenario.wish, name: `${scenario.name}-${seed}-${began}` });
  const archive = await openArchive(world.system.storeOf);
  let verdict: Verdict | undefined;
  try {
    const before = await memories(world);
    world.shoppers.begin();
    const done = await scenario.disturb(world, length);
    say(done);
    await world.shoppers.finish();
    const unended = await settle(archive, world, patience);
    await heardOut(world.listeners, archive);
    const memory = { before, after: await memories(world) };
    const found = await collect(world, await archive.read());
    const forced = await world.system.stop();
    const journal = await readJournals(
      world.system.processes.map(({ name, journal }) => ({ service: serviceOf(name), journal })),
    );
    const left = await leftIn(world);
    const account = accounts(found.evidence, journal, left);
    verdict = allOf([
      check(found),
      checkAccounts(account, left, scenario.deadLetters ?? {}),
      checkMemory(memory),
      await checkTopology(world.vhost),
      {
        ...fine,
        lost: unended.map((each) => `never ended: ${each}`),
        wrong: [...forced, ...world.shoppers.log.surprises],
      },
    ]);
    return {
      scenario: scenario.name,
      what: scenario.what,
      seed,
      seconds: Math.round((Date.now() - began) / 1_000),
      done,
      counts: { ...count(world, found, journal, account), brokerKills: broker.kills - brokerKills },
      verdict,
      journal,
      crashes: world.system.processes.flatMap(({ name, crashes }) =>
        crashes.map((step) => ({ service: serviceOf(name), step })),
      ),
      growth: growthOf(memory),
      ...(keepEvidence && !isFine(verdict) && { evidence: world.system.folder }),
    };
  } finally {
    await archive.close();
    await world.close(keepEvidence && !(verdict && isFine(verdict)));
  }
}

const serviceOf = (instance: string) => instance.replace(/-2$/, '');

export function isFine({ lost, doubled, wrong }: Verdict): boolean {
  return lost.length + doubled.length + wrong.length === 0;
}

async function memories({ system }: World): Promise<Memories['before']> {
  const asked = await Promise.all(system.processes.map(async (each) => [each.name, await each.memory()] as const));
  return new Map(asked.flatMap(([name, memory]) => (memory ? [[name, memory]] : [])));
}

// A standard client comes back within 7.5 s; one that was cut while it changed its transport notices after 45 s.
const HEARD_MS = 60_000;

/** Gives listeners the time to come back by themselves. What they have not heard then is lost, and the checker says so. */
async function heardOut(listeners: readonly Listener[], archive: Archive): Promise<void> {
  const { feed } = await archive.read();
  const owed = Map.groupBy(feed, (entry) => entry.feed);
  const behind = () => listeners.some(({ person, heard }) => heard.length < (owed.get(`user:${person}`)?.length ?? 0));
  for (const began = Date.now(); behind() && Date.now() - began < HEARD_MS; ) await delay(100);
}

/** Over HTTP where there is a way; the rest is in the stores. */
async function collect(world: World, evidence: Case['evidence']): Promise<Case> {
  const { shoppers, customers, listeners, system, stocked } = world;
  const { accepted } = shoppers.log;
  const shown = new Map<string, number>();
  for (const { id, person } of accepted) {
    const order = await customers[person]?.order(id).catch(() => undefined);
    if (order) shown.set(id, order.status);
  }
  const ledger = (await (await fetch(`${system.process('sandbox').url}/ledger`)).json()) as {
    authorisations: LedgerEntry[];
  };
  const heard = Object.fromEntries(listeners.map(({ person, heard }) => [person, heard]));
  return { evidence, accepted, ledger: ledger.authorisations, heard, shown, stocked };
}

/** Nobody works any more: what lies in a queue now stays there. */
async function leftIn({ queues }: World): Promise<Left> {
  const names = [...(await queues.depths()).keys()].filter(isOurs);
  return new Map(await Promise.all(names.map(async (name) => [name, await queues.letters(name)] as const)));
}

const isOurs = (queue: string) => queue !== 'tap' && !queue.startsWith('notifications.live');

function count(
  { shoppers, system }: World,
  { evidence, heard, accepted }: Case,
  journal: Journal,
  account: readonly Account[],
): Omit<Counts, 'brokerKills'> {
  const sum = (of: (each: Account) => number) => account.reduce((all, each) => all + of(each), 0);
  return {
    accepted: accepted.length,
    repeatedRequests: shoppers.log.repeats,
    events: evidence.events.length,
    published: sum(({ published }) => published),
    done: sum(({ done }) => done),
    dead: sum(({ dead }) => dead),
    inFlight: sum(({ inFlight }) => inFlight),
    ...countHandled(journal),
    mails: evidence.mails.length,
    mailsRepeated: repeatsOf(evidence),
    told: Object.values(heard).reduce((all, messages) => all + messages.length, 0),
    kills: system.processes.reduce((all, { kills }) => all + kills, 0),
  };
}
