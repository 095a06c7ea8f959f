import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { holds, names, prove } from './prove.ts';
import { reportOf } from './report.ts';

const help = `npm run prove — nothing is lost and nothing happens twice, and this would notice

  npm run prove                    every scenario once, every planted fault; writes docs/proof.md
  npm run prove -- --minutes 120   longer harm, and further rounds with other seeds for so long, before the planted faults
  npm run prove -- --short         kills at chosen steps, one of the broker, two planted faults; as in npm test
  npm run prove -- --only NAME     this scenario or planted fault alone; may be given several times
  npm run prove -- --seed N        the dice (default: by the clock); printed, for another run like this one
  npm run prove -- --help          this page

Each scenario starts every service as a process of its own, with a broker of their own, and people who order while things go wrong.
When all has come to rest, what clients were promised is compared with stores, queues, mailbox, provider and audit.
Exit code 1 when anything was lost, doubled or wrong, or a planted fault was not noticed.

Names: ${names.join(', ')}`;

const say = (line: string) => void process.stdout.write(`${line}\n`);
const root = join(import.meta.dirname, '..', '..', '..');

try {
  process.exitCode = await main();
} catch (error) {
  say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exitCode = 1;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      minutes: { type: 'string' },
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
  if (unknown) throw new Error(`there is no ${unknown}: choose from ${names.join(', ')}`);
  const seed = whole('seed', values.seed);
  const minutes = values.minutes === undefined ? 0 : whole('minutes', values.minutes);
  const form = values.short ? 'short' : minutes > 0 ? 'long' : 'usual';
  const began = Date.now();
  const proof = await prove({ seed, form, until: began + minutes * 60_000, only: values.only, say });
  const report = reportOf(proof, { seed, began: new Date(began) });
  say(`\n${report}`);
  if (form !== 'short' && values.only.length === 0) await writeFile(join(root, 'docs', 'proof.md'), report);
  return holds(proof) ? 0 : 1;
}

function whole(name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`--${name} is a whole number, and not ${text}`);
  return Number(text);
}
