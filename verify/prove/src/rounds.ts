import { inMiB } from './check/memory.ts';
import { inLanes } from './lanes.ts';
import { hastened, type PlantedFault, plantedFaults } from './planted.ts';
import { type Point, pointsOf } from './points.ts';
import { type BrokenOff, type Form, killedEnough, type PlantedOutcome, type Proof } from './proof.ts';
import type { ProofBroker } from './rig/broker.ts';
import { type Outcome, type RunWish, runScenario } from './run-scenario.ts';
import type { Scenario } from './scenario.ts';
import { scenarios } from './scenarios/all.ts';
import { calm, killedAt } from './scenarios/kills.ts';
import { inAHurry, shortPlanted } from './scenarios/short.ts';
import { storm } from './scenarios/storm.ts';
import type { Patience } from './settle.ts';

export interface ProofWish {
  readonly seed: number;
  readonly form: Form;
  /** Goes on with other seeds until then. */
  readonly until: number;
  /** No scenario or planted fault begins later, but the first; milliseconds since 1970. */
  readonly noneAfter?: number | undefined;
  /** Names of scenarios and planted faults; empty: all. */
  readonly only: readonly string[];
  /** Scenarios side by side, each on a broker of its own; the short form has one. */
  readonly lanes: number;
  readonly say: (line: string) => void;
}

export const everyStep = 'killed-at-every-step';

const ROUNDS_OF_STEPS = 2;
const MOST_STORMS = 30;
const TRIES = 3;
const impatient: Patience = { longestMs: 120_000, stillMs: 25_000 };

type Job = (broker: ProofBroker) => Promise<void>;

/** Scenario after scenario, several side by side, each on a broker of its own; what was found is kept. */
export class Rounds {
  readonly found = {
    outcomes: [] as Outcome[],
    brokenOff: [] as BrokenOff[],
    planted: [] as PlantedOutcome[],
  };
  readonly #brokers: readonly ProofBroker[];
  readonly #compiled: string;
  readonly #wish: ProofWish;
  #known: readonly Point[] = [];

  constructor(brokers: readonly ProofBroker[], compiled: string, wish: ProofWish) {
    this.#brokers = brokers;
    this.#compiled = compiled;
    this.#wish = wish;
  }

  /** At which steps services were killed, and at which they only were to be. */
  steps(): Pick<Proof, 'points' | 'missed'> {
    const tried = this.found.outcomes.some(({ scenario }) => scenario === everyStep) ? this.#known : [];
    const killed = new Set(this.found.outcomes.flatMap(({ crashes }) => crashes).map(nameOf));
    const [points = [], missed = []] = [true, false].map((was) =>
      tried.filter((each) => killed.has(nameOf(each)) === was),
    );
    return { points, missed };
  }

  async short(): Promise<void> {
    const faults = plantedFaults.filter(({ name }) => shortPlanted.includes(name));
    await this.#do([this.#scenario(inAHurry, this.#wish.seed), ...faults.map((fault) => this.#plant(fault))]);
  }

  async rounds(): Promise<void> {
    let { seed } = this.#wish;
    do {
      await this.#round(seed);
      seed += ROUNDS_OF_STEPS;
    } while (Date.now() < this.#wish.until);
    if (this.#wants(storm.name)) await this.#storms(seed);
    const faults = plantedFaults.filter(({ name }) => this.#wants(name));
    const control = faults.some(({ shownBy }) => 'step' in shownBy) ? [this.#control()] : [];
    await this.#do([...control, ...faults.map((fault) => this.#plant(fault))]);
  }

  /** Services are killed last at every step that any scenario made them take. */
  async #round(seed: number): Promise<void> {
    const wanted = [calm, ...scenarios].filter(({ name }) => this.#wants(name));
    const first = this.#wants(everyStep) && !wanted.includes(calm) ? [calm, ...wanted] : wanted;
    await this.#do(first.map((scenario) => this.#scenario(scenario, seed)));
    if (!this.#wants(everyStep)) return;
    const times = this.#wish.form === 'long' ? ROUNDS_OF_STEPS : 1;
    const steps = Array.from({ length: times }, (_, each) => {
      const scenario = killedAt(everyStep, this.#known, 'every service is killed at every step it takes');
      return this.#scenario(scenario, seed + each);
    });
    await this.#do(steps);
  }

  async #storms(first: number): Promise<void> {
    let seed = first;
    do {
      const together = this.#brokers.map((_, each) => this.#scenario(storm, seed + each));
      await this.#do(together);
      seed += together.length;
    } while (this.#wish.form === 'long' && !killedEnough(this.found) && seed - first < MOST_STORMS);
  }

  #do(jobs: readonly Job[]): Promise<void> {
    const { noneAfter = Number.POSITIVE_INFINITY } = this.#wish;
    const inTime = () => Date.now() < noneAfter || this.found.outcomes.length + this.found.brokenOff.length === 0;
    return inLanes(
      this.#brokers,
      jobs.map((job) => async (broker: ProofBroker) => (inTime() ? job(broker) : undefined)),
    );
  }

  /** What fails, is repeated or compensated passes steps that a calm run doesn't. */
  #learn({ journal }: Outcome): void {
    const known = new Set(this.#known.map(nameOf));
    const news = pointsOf(journal).filter((each) => !known.has(nameOf(each)));
    this.#known = [...this.#known, ...news];
  }

  #scenario(scenario: Scenario, seed: number, how: Partial<RunWish> = {}): Job {
    const { say, form } = this.#wish;
    return async (broker) => {
      say(`\n${scenario.name}, seed ${seed}: ${scenario.what}`);
      const length = form === 'long' ? 'long' : 'short';
      try {
        const outcome = await this.#run(scenario, { broker, seed, length, ...how });
        this.found.outcomes.push(outcome);
        this.#learn(outcome);
        say(told(outcome));
      } catch (error) {
        this.found.brokenOff.push({ scenario: scenario.name, seed, reason: reasonOf(error) });
        say(`${scenario.name}: BROKEN OFF: ${error instanceof Error ? error.stack : error}`);
        await this.#mend(broker);
      }
    };
  }

  /** Each as often as it needs to show, up to a bound: where the dice decide, one try proves little. */
  #plant(fault: PlantedFault): Job {
    const { say, seed } = this.#wish;
    const { name, wrong, service } = fault;
    return async (broker) => {
      say(`\n${name}, planted in ${service === '*' ? 'every service' : service}: ${wrong}`);
      let caughtBy: string | undefined;
      let tries = 0;
      while (caughtBy === undefined && tries < TRIES) {
        caughtBy = await this.#caught(fault, broker, seed + tries);
        tries += 1;
      }
      this.found.planted.push({ fault, tries, ...(caughtBy !== undefined && { caughtBy }) });
      say(`${name}: ${caughtBy === undefined ? 'NOT CAUGHT' : `caught: ${caughtBy}`}`);
    };
  }

  async #caught(fault: PlantedFault, broker: ProofBroker, seed: number): Promise<string | undefined> {
    const { name, service, shownBy } = fault;
    const length: 'long' | 'short' = 'length' in shownBy ? 'long' : 'short';
    const planted = service === '*' ? { '*': `${hastened.name},${name}` } : { '*': hastened.name, [service]: name };
    try {
      const wish = { broker, seed, length, planted, patience: impatient, keepEvidence: false };
      const { doubled, lost, wrong } = (await this.#run(revealing(fault), wish)).verdict;
      return [...doubled, ...lost, ...wrong][0];
    } catch (error) {
      // It may have broken the system so that nothing could be checked: that isn't the checks' merit.
      this.#wish.say(`  ${name}: broken off: ${reasonOf(error)}`);
      await this.#mend(broker);
      return undefined;
    }
  }

  /** For whoever comes next. Where that is in vain, they will say so themselves. */
  async #mend(broker: ProofBroker): Promise<void> {
    await broker.mend().catch((error) => this.#wish.say(`RabbitMQ could not be mended: ${reasonOf(error)}`));
  }

  /** The same haste and the same kills without any fault: what is found with one is the fault's. */
  #control(): Job {
    const points = plantedFaults.flatMap(({ service, shownBy }) =>
      'step' in shownBy ? [{ service, step: shownBy.step }] : [],
    );
    const scenario = killedAt('control', points, 'no fault is planted, and services are killed where it would show');
    return this.#scenario(scenario, this.#wish.seed, {
      length: 'short',
      planted: { '*': hastened.name },
      patience: impatient,
    });
  }

  #run(scenario: Scenario, wish: Omit<RunWish, 'say' | 'compiled'>): Promise<Outcome> {
    const say = (line: string) => this.#wish.say(`  ${scenario.name}: ${line}`);
    return runScenario(scenario, { compiled: this.#compiled, say, ...wish });
  }

  #wants(name: string): boolean {
    const { only, form } = this.#wish;
    return only.length === 0 ? name !== storm.name || form === 'long' : only.includes(name);
  }
}

const nameOf = ({ service, step }: Point) => `${service} ${step}`;

function revealing({ name, wrong, service, shownBy }: PlantedFault): Scenario {
  if ('step' in shownBy) {
    const { step } = shownBy;
    return killedAt(name, Array<Point>(4).fill({ service, step }), wrong);
  }
  const scenario = [calm, ...scenarios].find((each) => each.name === shownBy.scenario);
  if (!scenario) throw new Error(`${name} is shown by ${shownBy.scenario}, which is no scenario`);
  return scenario;
}

function told({ scenario, counts, verdict, seconds, evidence, growth }: Outcome): string {
  const { lost, doubled, wrong } = verdict;
  const findings = [...lost, ...doubled, ...wrong];
  const shown = findings.slice(0, 12).map((each) => `    ${each}`);
  const sums = [
    `accepted ${counts.accepted}, handled ${counts.handled}, duplicates absorbed ${counts.duplicates}`,
    `mails repeated ${counts.mailsRepeated}, services killed ${counts.kills}, broker killed ${counts.brokerKills}`,
    `memory at rest up to ${inMiB(growth.held)} more held, ${inMiB(growth.resident)} resident`,
    `lost ${lost.length}, doubled ${doubled.length}, wrong ${wrong.length} (${seconds} s)`,
  ];
  const where = evidence ? [`    logs and stores are in ${evidence}`] : [];
  return [`${scenario}: ${sums.join('; ')}`, ...shown, ...where].join('\n  ');
}

function reasonOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]?.slice(0, 300) ?? '';
}
