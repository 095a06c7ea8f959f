import { type Case, check } from './check/check.ts';
import { openArchive } from './check/evidence.ts';
import { checkHandled, countHandled, type Journal, readJournals } from './check/handled.ts';
import { repeatsOf } from './check/mails.ts';
import type { LedgerEntry } from './check/money.ts';
import { allOf, fine, type Verdict } from './check/verdict.ts';
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
  /** Where logs and stores are kept, when there is something to look into. */
  readonly evidence?: string;
}

export interface Counts {
  readonly accepted: number;
  readonly repeatedRequests: number;
  readonly events: number;
  readonly handled: number;
  readonly duplicates: number;
  readonly mails: number;
  readonly mailsRepeated: number;
  readonly told: number;
  readonly kills: number;
}

export interface RunWish extends Pick<WorldWish, 'broker' | 'seed' | 'say' | 'planted'> {
  readonly length: 'short' | 'long';
  /** Whether what a failed run leaves behind is kept (default: yes). */
  readonly keepEvidence?: boolean;
  /** How long things may take to come to rest. */
  readonly patience?: Patience;
}

/** People order while the scenario does its harm; when all has come to rest, everything is checked. */
export async function runScenario(scenario: Scenario, wish: RunWish): Promise<Outcome> {
  const began = Date.now();
  const { seed, say, length, patience = ordinaryPatience, keepEvidence = true } = wish;
  const world = await openWorld({ ...wish, ...scenario.wish, name: `${scenario.name}-${seed}-${began}` });
  const archive = await openArchive(world.system.storeOf);
  let verdict: Verdict | undefined;
  try {
    world.shoppers.begin();
    const done = await scenario.disturb(world, length);
    say(done);
    await world.shoppers.finish();
    const left = await settle(archive, world, patience);
    const found = await collect(world, await archive.read());
    const forced = await world.system.stop();
    const journal = await readJournals(
      world.system.processes.map(({ name, journal }) => ({ service: name.replace(/-2$/, ''), journal })),
    );
    verdict = allOf([
      check(found),
      checkHandled(found.evidence, journal),
      await checkQueues(world, scenario.deadLetters ?? {}),
      {
        ...fine,
        lost: left.map((each) => `never ended: ${each}`),
        wrong: [...forced, ...world.shoppers.log.surprises],
      },
    ]);
    return {
      scenario: scenario.name,
      what: scenario.what,
      seed,
      seconds: Math.round((Date.now() - began) / 1_000),
      done,
      counts: count(world, found, journal),
      verdict,
      journal,
      ...(keepEvidence && !isFine(verdict) && { evidence: world.system.folder }),
    };
  } finally {
    await archive.close();
    await world.close(keepEvidence && !(verdict && isFine(verdict)));
    await scenario.close?.();
  }
}

export function isFine({ lost, doubled, wrong }: Verdict): boolean {
  return lost.length + doubled.length + wrong.length === 0;
}

/** Over HTTP where there is a way; the rest is in the stores. */
async function collect(world: World, evidence: Case['evidence']): Promise<Case> {
  const { shoppers, customers, listeners, system } = world;
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
  return { evidence, accepted, ledger: ledger.authorisations, heard, shown };
}

/** Nobody works any more: what lies in a queue now is stuck there, and a dead letter must be one that the scenario meant. */
async function checkQueues({ queues }: World, meant: Readonly<Record<string, number>>): Promise<Verdict> {
  const names = [...(await queues.depths()).keys()].filter(isOurs);
  const contents = await Promise.all(names.map(async (name) => [name, await queues.letters(name)] as const));
  const off = contents.filter(([name, letters]) => letters.length !== (meant[name] ?? 0));
  // Those without were given up by the broker, after a hundred returns: nobody decided on them.
  const letters = contents.filter(([name]) => name.endsWith('.dlq'));
  const unexplained = letters.filter(([, held]) => held.some(({ properties }) => !properties.headers?.failure));
  return {
    ...fine,
    lost: off.map(([name, letters]) => `${name} holds ${letters.length} messages, and not ${meant[name] ?? 0}`),
    wrong: unexplained.map(([name]) => `${name} holds messages that do not say why`),
  };
}

const isOurs = (queue: string) => queue !== 'tap' && !queue.startsWith('notifications.live');

function count({ shoppers, system }: World, { evidence, heard, accepted }: Case, journal: Journal): Counts {
  return {
    accepted: accepted.length,
    repeatedRequests: shoppers.log.repeats,
    events: evidence.events.length,
    ...countHandled(journal),
    mails: evidence.mails.length,
    mailsRepeated: repeatsOf(evidence),
    told: Object.values(heard).reduce((sum, messages) => sum + messages.length, 0),
    kills: system.processes.reduce((sum, { kills }) => sum + kills, 0),
  };
}
