import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, expect, test } from '@jest/globals';
import { parseKeys, signers, sourceOf } from '@order-events/contracts';
import { newSecrets, withSecrets } from '../../src/secrets/secrets.mjs';

const run = promisify(execFile);
const main = join(import.meta.dirname, '../../src/secrets/main.mjs');
const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

const key = (name: string, source = sourceOf('orders')) =>
  `${name}:${source}:${Buffer.alloc(32, name).toString('base64')}`;
const allKeys = newSecrets().EVENT_SIGNING_KEYS.split(',');
const withoutEmail = allKeys.filter((each) => !each.includes('/services/email')).join(',');
const settings = Object.entries(newSecrets()).map(([name, value]) => `${name}=${value}\n`);
const others = settings.filter((line) => !line.startsWith('EVENT_SIGNING_KEYS')).join('');

test('every broker password may stand in a URL, and no two agree', () => {
  const passwords = Object.entries(newSecrets()).filter(([name]) => name.endsWith('RABBITMQ_PASSWORD'));
  expect(passwords.every(([, password]) => /^[0-9a-f]{48}$/.test(password))).toBe(true);
  expect(new Set(passwords.map(([, password]) => password)).size).toBe(passwords.length);
});

test('every service that may publish can sign, and so can operators', () => {
  const keys = parseKeys(newSecrets().EVENT_SIGNING_KEYS);
  for (const source of [...signers.map(sourceOf), '/operators']) expect(keys.canSign(source)).toBe(true);
});

test.each([
  ['alone', 'EVENT_SIGNING_KEYS=', '', ''],
  ['exported', '  export EVENT_SIGNING_KEYS = ', '', ''],
  ['in double quotes', 'EVENT_SIGNING_KEYS="', '"', ''],
  ['in single quotes, with a comment', "EVENT_SIGNING_KEYS='", "' # a: b", ''],
  ['with a comment and blanks', 'EVENT_SIGNING_KEYS=', '   # of 2026', ' '],
])(
  'a service that is new gets a signing key where the keys stand %s; nothing else changes',
  (_how, before, after, gap) => {
    const present = withoutEmail.replaceAll(',', `,${gap}`);
    const text = (keys: string) => `# mine\nPORT=1\n${before}${keys}${after}\n${others}`;
    const { text: now, added } = withSecrets(text(present));
    expect(added).toEqual(['a signing key of /services/email']);
    const fresh = /,email-[^,"'\s]+/.exec(now)?.[0] ?? '';
    expect(now).toBe(text(`${present}${fresh}`));
    expect(parseKeys(`${present}${fresh}`).canSign('/services/email')).toBe(true);
  },
);

test('a new service also gets a password; what has everything is left alone', () => {
  const complete = settings.join('');
  expect(withSecrets(complete)).toEqual({ text: complete, added: [] });
  const lacking = complete.replace(/^EMAIL_RABBITMQ.*\n/m, '').trimEnd();
  const { text, added } = withSecrets(lacking);
  expect(added).toEqual(['EMAIL_RABBITMQ_PASSWORD']);
  expect(text).toMatch(/^EMAIL_RABBITMQ_PASSWORD=[0-9a-f]{48}\n$/m);
  expect(text.startsWith(`${lacking}\n`)).toBe(true);
});

test('a line without a value is no secret, whatever follows it', () => {
  expect(withSecrets('RABBITMQ_PASSWORD=\nGATEWAY_PORT=3000\n').added).toContain('RABBITMQ_PASSWORD');
});

test('an older key of a source stays the first of its source, and no second one is made', () => {
  const rotated = `${key('old')},${key('older')},${withoutEmail}`;
  const { text } = withSecrets(`EVENT_SIGNING_KEYS=${rotated}\n${others}`);
  expect(text).toContain(`EVENT_SIGNING_KEYS=${rotated},email-`);
  expect(text.match(/\/services\/orders:/g)).toHaveLength(3);
});

test.each([
  ['another setting', 'EVENT_SIGNING_KEYS=$KEYS\n', 'key 1 of EVENT_SIGNING_KEYS is not kid:source:base64'],
  ['a key without a source', `EVENT_SIGNING_KEYS=${key('a')},b:c3Ry\n`, 'key 2 of EVENT_SIGNING_KEYS is not'],
  ['an open quote', `EVENT_SIGNING_KEYS="${key('a')},\n${key('b')}"\n`, 'must stand on one line, once'],
  ['two lines', `EVENT_SIGNING_KEYS=${key('a')}\nEVENT_SIGNING_KEYS=${key('b')}\n`, 'must stand on one line, once'],
])('keys that are %s are refused, and no key is shown', (_what, text, message) => {
  expect(() => withSecrets(text)).toThrow(message);
  expect(() => withSecrets(text)).not.toThrow(/c3Ry|YWFh/);
});

const deathBeforeTheRename = `import fs from 'node:fs'; import { syncBuiltinESMExports } from 'node:module';
fs.renameSync = () => process.kill(process.pid, 'SIGKILL'); syncBuiltinESMExports();`;

test('a death in the middle leaves the file as it was, and the next run completes it, for its owner alone', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'order-events-secrets-'));
  folders.push(folder);
  const file = join(folder, 'env');
  const before = `EVENT_SIGNING_KEYS=${withoutEmail}\n`;
  await writeFile(file, before, { mode: 0o644 });
  const hook = `data:text/javascript,${encodeURIComponent(deathBeforeTheRename)}`;
  await expect(run(process.execPath, ['--import', hook, main, '--file', file])).rejects.toMatchObject({
    signal: 'SIGKILL',
  });
  expect(await readFile(file, 'utf8')).toBe(before);

  const { stdout } = await run(process.execPath, [main, '--file', file]);
  expect(stdout).toContain('added a signing key of /services/email, ACCESS_TOKEN_SECRET, RABBITMQ_PASSWORD');
  expect(await readFile(file, 'utf8')).toMatch(`EVENT_SIGNING_KEYS=${withoutEmail},email-`);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});
