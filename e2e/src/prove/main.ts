import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { holds, killedEnough } from './proof.ts';
import { names, prove } from './prove.ts';
import { reportOf } from './report.ts';

const help = `npm run prove — nothing is lost and nothing happens twice, and this would notice

  npm run prove                    every scenario once, every planted fault: about 25 minutes; writes docs/proof.md
  npm run prove -- --long          longer harm, every step twice, and storms until 1,000 services and 100 times
                                   the broker were killed: about 55 minutes on two cores, 35 with --lanes 3; writes docs/proof.md
  npm run prove -- --minutes 120   the same, and all scenarios again with other seeds until so much time has passed
  npm run prove -- --short         kills at chosen steps, one of the broker, two planted faults; as in npm test
  npm run prove -- --only NAME     this scenario or planted fault alone; may be given several times; writes nothing
  npm run prove -- --lanes 3       so many scenarios side by side, each on a broker of its own (default 2)
  npm run prove -- --seed N        the dice (default: by the clock); printed, for another run like this one
  npm run prove -- --help          this page

Each scenario starts every service as a process of its own, with a broker of their own, and people who order while things go wrong.
When all has come to rest, what clients were promised is compared with stores, queues, mailbox, provider, audit and memory.
A scenario that fails or can't be done is noted, and the others go on.
Exit code 1 when anything was lost, doubled or wrong, a scenario could not be done, or a planted fault was not noticed.

Names: ${names.join(', ')}`;

const say = (line: string) => void process.stdout.write(`${line}\n`);
const root = join(import.meta.dirname, '..', '..', '..');

class UsageError extends Error {}

try {
  process.exitCode = await main();
} catch (error) {
  const asked = error instanceof UsageError || (error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS');
  say(error instanceof Error ? ((asked ? undefined : error.stack) ?? error.message) : String(error));
  process.exitCode = 1;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      minutes: { type: 'string' },
      lanes: { type: 'string', default: '2' },
      long: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      short: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) {
    say(help);
    return 0;
  }
  const unknown = values.only.find((name) => !names.includes(name));
  if (unknown) throw new UsageError(`there is no ${unknown}: choose from ${names.join(', ')}`);
  const seed = whole('seed', values.seed);
  const minutes = values.minutes === undefined ? 0 : whole('minutes', values.minutes);
  const form = values.short ? 'short' : values.long || minutes > 0 ? 'long' : 'usual';
  const began = Date.now();
  const proof = await prove({
    seed,
    form,
    until: began + minutes * 60_000,
    only: values.only,
    lanes: Math.max(1, whole('lanes', values.lanes)),
    say,
  });
  const report = reportOf(proof, { seed, began, ended: Date.now() });
  say(`\n${report}`);
  if (form !== 'short' && values.only.length === 0) await writeFile(join(root, 'docs', 'proof.md'), report);
  const short = form === 'long' && values.only.length === 0 && !killedEnough(proof);
  if (short) say('fewer were killed than the long form promises');
  return holds(proof) && !short ? 0 : 1;
}

function whole(name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new UsageError(`--${name} is a whole number, and not ${text}`);
  return Number(text);
}
