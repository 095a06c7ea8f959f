import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { generate, staleFiles } from './generate.ts';

const help = `npm run generate — writes the files that are made from the code: published schemas, documents, the lockfile's platforms

  npm run generate                  writes what is not as it should be
  npm run generate -- --check       writes nothing; exit code 1 if something would be written`;

const root = join(import.meta.dirname, '..', '..');
const { values } = parseArgs({ options: { check: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } });

if (values.help) {
  console.log(help);
} else if (values.check) {
  const stale = await staleFiles(root);
  for (const { path, why } of stale) console.log(`${path} ${why}`);
  process.exitCode = stale.length === 0 ? 0 : 1;
} else {
  const written = await generate(root);
  console.log(written.length === 0 ? 'everything is fresh' : written.map((path) => `wrote ${path}`).join('\n'));
}
