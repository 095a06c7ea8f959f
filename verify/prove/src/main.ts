import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '@order-events/tools/command-line';
import { readWish } from './options.ts';
import { holds, killedEnough } from './proof.ts';
import { names, prove } from './prove.ts';
import { reportOf } from './report.ts';

const help = `npm run prove — nothing is lost and nothing happens twice, and this would notice

  npm run prove                    every scenario once, every planted fault: about 25 minutes
  npm run prove -- --long          longer harm, every step twice, and storms until 1,000 services and 100 times
                                   the broker were killed: about 55 minutes on two cores, 35 with --lanes 3
  npm run prove -- --minutes 5     scenarios of the usual form until so much time has passed: none begins later; no planted fault
  npm run prove -- --long --minutes 120   the long form, its scenarios again with other seeds until so much time has passed
  npm run prove -- --short         kills at chosen steps, one of the broker, two planted faults; as in npm test
  npm run prove -- --write         writes the report into docs/proof.md, too: of a whole form only
  npm run prove -- --only NAME     this scenario or planted fault alone; may be given several times
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

await runCommand(main);

async function main(): Promise<number> {
  const { help: asked, minutes, write, ...wish } = readWish(process.argv.slice(2), names);
  if (asked) {
    say(help);
    return 0;
  }
  const began = Date.now();
  const until = began + (minutes ?? 0) * 60_000;
  const noneAfter = minutes !== undefined && wish.form === 'usual' ? until : undefined;
  const proof = await prove({ ...wish, until, noneAfter, say });
  const report = reportOf(proof, { seed: wish.seed, began, ended: Date.now() });
  say(`\n${report}`);
  if (write) await writeFile(join(root, 'docs', 'proof.md'), report);
  const short = wish.form === 'long' && wish.only.length === 0 && !killedEnough(proof);
  if (short) say('fewer were killed than the long form promises');
  return holds(proof) && !short ? 0 : 1;
}
