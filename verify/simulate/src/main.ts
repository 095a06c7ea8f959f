import { minutesIn, readOptions, runCommand, UsageError, whole } from '@order-events/tools/command-line';
import { findFault, plantedTable } from './find-faults.ts';
import { faults } from './planted.ts';
import { findingsOf, simulate } from './simulate.ts';
import { Tally } from './tally.ts';

const mistakes = faults.map(({ name }) => name).join(', ');

const help = `npm run simulate — thousands of lives of the system, on a simulated clock, each with other troubles

  npm run simulate                     for a minute, with seeds that begin where the clock says
  npm run simulate -- --minutes 0.5    for so long; --runs N: so many
  npm run simulate -- --seed N         that one again, with all that happened in it, line by line
  npm run simulate -- --seed N --runs 500
  npm run simulate -- --seed N --about TEXT   only lines with that text: an order's id, a process
  npm run simulate -- --planted        mistakes put into the product, each of which must be found
  npm run simulate -- --plant NAME     with that mistake; with --seed, to see what it does
  npm run simulate -- --help           this page

Orders, inventory, payments, notifications and audit run with their own outbox, relay, consumer, inbox and sweeps, in one or two
processes each; a sixth stands in for email and counts what it hears. People order and cancel, an admin ships. Simulated are the clock, the dice, the broker, the stores' database,
the payment provider and the network: slow, refusing, cut, repeating, reordering, down. Processes are killed between any two steps, frozen and stopped. When all has come to rest, every
promise is checked. One seed gives one life, always the same: its trace has a hash. Exit code 1 when anything was found.

Mistakes: ${mistakes}`;

const say = (line: string) => void process.stdout.write(`${line}\n`);

await runCommand(main);

async function main(): Promise<number> {
  const { values } = readOptions('npm run simulate', {
    options: {
      seed: { type: 'string' },
      runs: { type: 'string' },
      minutes: { type: 'string' },
      about: { type: 'string', default: '' },
      plant: { type: 'string' },
      planted: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) {
    say(help);
    return 0;
  }
  const chosen = values.seed === undefined ? undefined : whole('seed', values.seed);
  const runs = values.runs === undefined ? undefined : whole('runs', values.runs, { min: 1 });
  const minutes = values.minutes === undefined ? undefined : minutesIn('minutes', values.minutes);
  const unknown = values.plant !== undefined && !faults.some(({ name }) => name === values.plant);
  if (unknown) throw new UsageError(`there is no mistake ${values.plant}: choose from ${mistakes}`);
  const seed = chosen ?? Date.now() % 1_000_000_000;
  if (values.planted) return await findAll(seed);
  if (chosen !== undefined && runs === undefined && minutes === undefined) {
    return await show(seed, values.plant, values.about);
  }
  return await search({ seed, runs, minutes, plant: values.plant });
}

/** One run, line by line. */
async function show(seed: number, plant: string | undefined, about: string): Promise<number> {
  let found = 0;
  await simulate({ seed, runs: 1, seconds: 600, trace: true, plant }, (outcome) => {
    for (const line of outcome.trace) if (line.includes(about)) say(line);
    const findings = findingsOf(outcome);
    found = findings.length;
    say(`\nseed ${seed}: ${outcome.steps} steps, ${Math.round(outcome.simulatedMs / 1_000)} s, trace ${outcome.hash}`);
    for (const finding of findings) say(`  ${finding}`);
    if (findings.length === 0) say('  all promises kept');
    return true;
  });
  return found === 0 ? 0 : 1;
}

interface Search {
  readonly seed: number;
  readonly runs: number | undefined;
  readonly minutes: number | undefined;
  readonly plant: string | undefined;
}

async function search({ seed, runs, minutes, plant }: Search): Promise<number> {
  const seconds = minutes === undefined ? (runs === undefined ? 60 : Number.MAX_SAFE_INTEGER) : minutes * 60;
  const tally = new Tally(say, plant);
  say(`seeds from ${seed}`);
  await simulate({ seed, runs: runs ?? Number.MAX_SAFE_INTEGER, seconds, trace: false, plant }, (outcome) => {
    tally.add(outcome);
    return true;
  });
  say(tally.told);
  return tally.failed.length === 0 && tally.runs > 0 ? 0 : 1;
}

async function findAll(seed: number): Promise<number> {
  const found = [];
  for (const fault of faults) {
    const finding = await findFault(fault, seed);
    found.push(finding);
    say(`${fault.name}: ${finding.findings[0] ?? 'NOT FOUND'} (${finding.runs} runs, ${finding.seconds} s)`);
  }
  say(`\n${plantedTable(found)}`);
  return found.every(({ findings }) => findings.length > 0) ? 0 : 1;
}
