import type { Journal } from './check/handled.ts';
import { hastened, type PlantedFault, plantedFaults } from './planted.ts';
import { type Point, pointsOf } from './points.ts';
import { type ProofBroker, startProofBroker } from './rig/broker.ts';
import { isFine, type Outcome, type RunWish, runScenario } from './run-scenario.ts';
import type { Scenario } from './scenario.ts';
import { scenarios } from './scenarios/all.ts';
import { calm, killedAt } from './scenarios/kills.ts';
import { inAHurry, shortPlanted } from './scenarios/short.ts';
import type { Patience } from './settle.ts';

export interface ProofWish {
  readonly seed: number;
  readonly form: 'short' | 'usual' | 'long';
  /** Goes on with other seeds until then. */
  readonly until: number;
  /** Names of scenarios and planted faults; empty: all. */
  readonly only: readonly string[];
  readonly say: (line: string) => void;
}

export interface PlantedOutcome {
  readonly fault: PlantedFault;
  readonly tries: number;
  /** What gave it away; undefined: nothing did. */
  readonly caughtBy?: string;
}

export interface Proof {
  readonly broker: string;
  readonly outcomes: readonly Outcome[];
  readonly planted: readonly PlantedOutcome[];
  /** Where every service was killed. */
  readonly points: readonly Point[];
}

export const everyStep = 'killed-at-every-step';
export const names = [
  calm.name,
  everyStep,
  ...scenarios.map(({ name }) => name),
  ...plantedFaults.map(({ name }) => name),
];

/** Harms a running system in every way there is, checks what is left of it, and then whether the checks can fail. */
export async function prove(wish: ProofWish): Promise<Proof> {
  const broker = await startProofBroker(wish.say);
  try {
    const run = new Run(broker, wish);
    await (wish.form === 'short' ? run.short() : run.rounds());
    return { broker: broker.version, ...run.found };
  } finally {
    await broker.stop();
  }
}

const TRIES = 3;
const impatient: Patience = { longestMs: 120_000, stillMs: 25_000 };

class Run {
  readonly found = { outcomes: [] as Outcome[], planted: [] as PlantedOutcome[], points: [] as readonly Point[] };
  readonly #broker: ProofBroker;
  readonly #wish: ProofWish;
  #known: readonly Point[] = [];

  constructor(broker: ProofBroker, wish: ProofWish) {
    this.#broker = broker;
    this.#wish = wish;
  }

  async short(): Promise<void> {
    await this.#scenario(inAHurry, this.#wish.seed);
    for (const fault of plantedFaults) if (shortPlanted.includes(fault.name)) await this.#plant(fault);
  }

  async rounds(): Promise<void> {
    let { seed } = this.#wish;
    do {
      await this.#round(seed);
      seed += 1;
    } while (Date.now() < this.#wish.until);
    const faults = plantedFaults.filter(({ name }) => this.#wants(name));
    if (faults.length > 0) await this.#control();
    for (const fault of faults) await this.#plant(fault);
  }

  async #round(seed: number): Promise<void> {
    if (this.#wants(calm.name) || this.#wants(everyStep)) await this.#scenario(calm, seed);
    for (const scenario of scenarios) if (this.#wants(scenario.name)) await this.#scenario(scenario, seed);
    if (!this.#wants(everyStep)) return;
    this.found.points = this.#known;
    await this.#scenario(killedAt(everyStep, this.#known, 'every service is killed at every step it takes'), seed);
  }

  /** What fails, is repeated or compensated passes steps that a calm run doesn't. */
  #learn(journal: Journal): void {
    const known = new Set(this.#known.map(({ service, step }) => `${service} ${step}`));
    const news = pointsOf(journal).filter(({ service, step }) => !known.has(`${service} ${step}`));
    this.#known = [...this.#known, ...news];
  }

  async #scenario(scenario: Scenario, seed: number): Promise<Outcome> {
    const { say, form } = this.#wish;
    say(`\n${scenario.name}, seed ${seed}: ${scenario.what}`);
    const length = form === 'long' ? 'long' : 'short';
    const outcome = await this.#run(scenario, { seed, length });
    this.found.outcomes.push(outcome);
    this.#learn(outcome.journal);
    say(told(outcome));
    return outcome;
  }

  /** Each as often as it needs to show, up to a bound: where the dice decide, one try proves little. */
  async #plant(fault: PlantedFault): Promise<void> {
    const { say, seed } = this.#wish;
    const { name, wrong, service, shownBy } = fault;
    say(`\nplanted in ${service}, ${name}: ${wrong}`);
    const scenario = revealing(fault);
    const length: 'long' | 'short' = 'length' in shownBy ? 'long' : 'short';
    const planted = { '*': hastened.name, [service]: name };
    let caughtBy: string | undefined;
    let tries = 0;
    while (caughtBy === undefined && tries < TRIES) {
      const wish = { seed: seed + tries, length, planted, patience: impatient, keepEvidence: false };
      const { doubled, lost, wrong } = (await this.#run(scenario, wish)).verdict;
      caughtBy = [...doubled, ...lost, ...wrong][0];
      tries += 1;
    }
    this.found.planted.push({ fault, tries, ...(caughtBy !== undefined && { caughtBy }) });
    say(caughtBy === undefined ? 'NOT CAUGHT' : `caught: ${caughtBy}`);
  }

  /** The same haste and the same kills without any fault: what is found with one is the fault's. */
  async #control(): Promise<void> {
    const { say, seed } = this.#wish;
    const points = plantedFaults.flatMap(({ service, shownBy }) =>
      'step' in shownBy ? [{ service, step: shownBy.step }] : [],
    );
    const scenario = killedAt('control', points, 'no fault is planted, and services are killed where it would show');
    say(`\n${scenario.name}: ${scenario.what}`);
    const outcome = await this.#run(scenario, {
      seed,
      length: 'short',
      planted: { '*': hastened.name },
      patience: impatient,
    });
    this.found.outcomes.push(outcome);
    say(told(outcome));
  }

  #run(scenario: Scenario, wish: Omit<RunWish, 'broker' | 'say'>): Promise<Outcome> {
    return runScenario(scenario, { broker: this.#broker, say: (line) => this.#wish.say(`  ${line}`), ...wish });
  }

  #wants(name: string): boolean {
    return this.#wish.only.length === 0 || this.#wish.only.includes(name);
  }
}

function revealing({ name, wrong, service, shownBy }: PlantedFault): Scenario {
  if ('step' in shownBy) {
    const { step } = shownBy;
    return killedAt(name, Array<Point>(4).fill({ service, step }), wrong);
  }
  const scenario = scenarios.find((each) => each.name === shownBy.scenario);
  if (!scenario) throw new Error(`${name} is shown by ${shownBy.scenario}, which is no scenario`);
  return scenario;
}

/** All is as it was promised: nothing lost or doubled, and whatever was planted was found out. */
export function holds({ outcomes, planted }: Proof): boolean {
  return outcomes.every(({ verdict }) => isFine(verdict)) && planted.every(({ caughtBy }) => caughtBy !== undefined);
}

function told({ counts, verdict, seconds, evidence }: Outcome): string {
  const { accepted, handled, duplicates, kills } = counts;
  const { lost, doubled, wrong } = verdict;
  const sum = `accepted ${accepted}, handled ${handled}, duplicates absorbed ${duplicates}, kills ${kills}; lost ${lost.length}, doubled ${doubled.length}, wrong ${wrong.length} (${seconds} s)`;
  const findings = [...lost, ...doubled, ...wrong];
  const shown = findings.slice(0, 12).map((each) => `    ${each}`);
  return ['', sum, ...shown, ...(evidence ? [`    logs and stores are in ${evidence}`] : [])].join('\n  ').trimStart();
}
