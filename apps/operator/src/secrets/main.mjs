import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { withSecrets } from './secrets.mjs';
import { writeWhole } from './write-whole.mjs';

const HELP = `npm run secrets — fresh secrets for docker-compose.yml, in .env

  npm run secrets                    makes .env from .env.example when it is missing, and adds every secret that it lacks
  npm run secrets -- --file FILE     another file
  npm run secrets -- --help          this page

Secrets that the file has stay as they are; a new service gets its signing key and its broker password. Nothing needs to be installed, and no secret is printed.`;

const root = join(fileURLToPath(import.meta.url), '..', '..', '..', '..', '..');

try {
  const { values } = parseArgs({ options: { file: { type: 'string' }, help: { type: 'boolean', short: 'h' } } });
  console.log(values.help ? HELP : addSecrets(values.file ?? join(root, '.env')));
} catch (error) {
  const { code = '', message } = /** @type {NodeJS.ErrnoException} */ (error);
  const misused = code.startsWith('ERR_PARSE_ARGS');
  console.error(misused ? `${message.split(/\.\s/)[0]}. See: npm run secrets -- --help` : message);
  process.exitCode = 1;
}

/** @param {string} file */
function addSecrets(file) {
  const { text, added } = withSecrets(read(file) ?? read(join(root, '.env.example')) ?? '');
  if (added.length === 0) return `${file} has all its secrets already`;
  writeWhole(file, text);
  return `${file}: added ${added.join(', ')}`;
}

/** @param {string} file */
function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT') return undefined;
    throw error;
  }
}
