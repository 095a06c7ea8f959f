/** npm run token: see the help below. */
import { join } from 'node:path';
import { readOptions, runCommand, UsageError, whole } from '@order-events/tools/command-line';
import { keptSecrets } from './secrets.ts';
import { personToken } from './token.ts';

const help = `npm run token — an access token, for trying things

  npm run --silent token -- ada                     of the person ada, good for an hour: the token alone, on one line
  npm run --silent token -- root --role admin       of an admin
  npm run --silent token -- ada --minutes 5         good for five minutes (at most 43200)
  npm run --silent token -- ada --env .env          signed with the secrets of this file, for docker compose
  npm run token -- --help                           this page

It is signed with ACCESS_TOKEN_SECRET and ISSUER of the environment, else with those that npm start keeps in the data folder
(DATA_FOLDER, default ./data). A name stands for a person and is in every event: letters, digits, . _ -, and no e-mail address.`;

const MOST_MINUTES = 30 * 24 * 60;

await runCommand(async () => {
  const { values, positionals } = readOptions('npm run token', {
    allowPositionals: true,
    options: {
      role: { type: 'string', default: 'user' },
      minutes: { type: 'string', default: '60' },
      env: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  process.stdout.write(values.help ? `${help}\n` : `${await tokenFor(positionals, values)}\n`);
  return 0;
});

async function tokenFor(names: readonly string[], wish: { role: string; minutes: string; env?: string | undefined }) {
  const [name = '', ...more] = names;
  if (more.length > 0 || !/^[\w.-]{1,100}$/.test(name))
    throw new UsageError('one name is needed: letters, digits, . _ -. See: npm run token -- --help');
  if (wish.role !== 'user' && wish.role !== 'admin') throw new UsageError('--role is user or admin');
  const minutes = whole('minutes', wish.minutes, { min: 1, max: MOST_MINUTES });
  if (wish.env !== undefined) loadEnv(wish.env);
  return personToken(await secrets(), name, wish.role, { minutes });
}

function loadEnv(file: string): void {
  try {
    process.loadEnvFile(file);
  } catch (cause) {
    throw new UsageError(`--env ${file} can’t be read (${(cause as NodeJS.ErrnoException).code})`, { cause });
  }
}

async function secrets() {
  const { ACCESS_TOKEN_SECRET, ISSUER = 'order-events', DATA_FOLDER = 'data' } = process.env;
  if (ACCESS_TOKEN_SECRET) return { ACCESS_TOKEN_SECRET, ISSUER };
  const kept = await keptSecrets(DATA_FOLDER);
  if (kept) return kept;
  const file = join(DATA_FOLDER, 'secrets.json');
  throw new UsageError(`there are no secrets yet (${file}): npm start makes them, or set ACCESS_TOKEN_SECRET`);
}
