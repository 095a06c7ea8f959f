import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readOptions, runCommand } from '../command-line.ts';

const help = `npm run test:new — makes a service as npm run new does, in a copy of the last commit, and tries it

It runs the copy's check and the new service's tests, in which the service gets an event on a real RabbitMQ and shows the
effect. The copy is removed at the end.

  npm run test:new                  changes that are not committed are left out
  npm run test:new -- --help        this page`;

const root = join(import.meta.dirname, '..', '..');
const run = promisify(execFile);

const steps = [
  ['run', '--silent', 'new', '--', 'service', 'vouchers'],
  ['run', '--silent', 'check'],
  ['test', '--silent', '--', 'services/vouchers'],
];

await runCommand(async () => {
  const { values } = readOptions('npm run test:new', { options: { help: { type: 'boolean', short: 'h' } } });
  if (values.help) {
    console.log(help);
    return 0;
  }
  const folder = await mkdtemp(join(tmpdir(), 'order-events-new-'));
  try {
    const copy = await copyOf(folder);
    for (const args of steps) if (!(await succeeds(copy, args))) return 1;
    return 0;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

/** The last commit with the packages that are installed here: hard links, but for the one file that npm writes in place. */
async function copyOf(folder: string): Promise<string> {
  const copy = join(folder, 'order-events');
  await run('git', ['clone', '--quiet', root, copy]);
  await run('cp', ['-al', join(root, 'node_modules'), copy]).catch(() =>
    run('cp', ['-a', join(root, 'node_modules'), copy]),
  );
  const lockfile = 'node_modules/.package-lock.json';
  await rm(join(copy, lockfile));
  await copyFile(join(root, lockfile), join(copy, lockfile));
  return copy;
}

async function succeeds(cwd: string, args: readonly string[]): Promise<boolean> {
  console.log(`\n> npm ${args.join(' ')}`);
  const started = performance.now();
  const [code] = await once(spawn('npm', args, { cwd, stdio: ['ignore', 'inherit', 'inherit'] }), 'close');
  const seconds = ((performance.now() - started) / 1_000).toFixed(0);
  console.log(`${code === 0 ? 'ok' : 'FAILED'}: npm ${args.join(' ')} (${seconds} s)`);
  return code === 0;
}
