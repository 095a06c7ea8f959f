import { join } from 'node:path';
import { readOptions, runCommand } from '../command-line.ts';
import { generate, staleFiles } from './generate.ts';

const help = `npm run generate — writes the files that are made from the code: published schemas, documents, the lockfile's platforms

  npm run generate                  writes what is not as it should be
  npm run generate -- --check       writes nothing; exit code 1 if something would be written
  npm run generate -- --help        this page`;

const fresh = 'everything is fresh';
const root = join(import.meta.dirname, '..', '..');
await runCommand(async () => {
  const { values } = readOptions('npm run generate', {
    options: { check: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) console.log(help);
  return values.help ? 0 : await (values.check ? check() : write());
});

async function check(): Promise<number> {
  const stale = await staleFiles(root);
  console.log(stale.map(({ path, why }) => `${path} ${why}`).join('\n') || fresh);
  return stale.length === 0 ? 0 : 1;
}

async function write(): Promise<number> {
  const written = await generate(root);
  console.log(written.map((path) => `wrote ${path}`).join('\n') || fresh);
  return 0;
}
