import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, expect, test } from '@jest/globals';
import { takeDataFolder } from '../src/data-folder.ts';
import { writeWhole } from '../src/kept-file.ts';
import { tellRunning } from '../src/running.ts';
import { localSecrets, type Secrets } from '../src/secrets.ts';

const run = promisify(execFile);
const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

async function aFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'order-events-start-'));
  folders.push(folder);
  return folder;
}
async function aFileIn(folder: string): Promise<string> {
  await writeFile(join(folder, 'x'), '');
  return join(folder, 'x');
}
const modeOf = async (file: string) => ((await stat(file)).mode & 0o777).toString(8);

test('a new data folder is its owner’s alone, and so are its files', async () => {
  const folder = join(await aFolder(), 'deep', 'data');
  const held = await takeDataFolder(folder);
  await localSecrets(folder);
  expect(await modeOf(folder)).toBe('700');
  expect(await modeOf(join(folder, 'secrets.json'))).toBe('600');
  held.release();
});

test('a data folder that an earlier version left open to all is closed', async () => {
  const folder = await aFolder();
  await localSecrets(folder);
  await writeFile(join(folder, 'orders.db'), '');
  await chmod(join(folder, 'orders.db'), 0o644);
  await chmod(folder, 0o755);
  (await takeDataFolder(folder)).release();
  expect([await modeOf(folder), await modeOf(join(folder, 'orders.db'))]).toEqual(['700', '600']);
});

test('a folder with other people’s files keeps its rights', async () => {
  const folder = await aFolder();
  await chmod(folder, 0o755);
  await writeFile(join(folder, 'letter.txt'), '');
  (await takeDataFolder(folder)).release();
  expect(await modeOf(folder)).toBe('755');
});

test('a folder that is held is refused in one line, and taken over from a process that was killed', async () => {
  const folder = await aFolder();
  await writeFile(join(folder, 'running.json'), '{}');
  const holder = fork(join(import.meta.dirname, 'folder-holder.ts'), [folder], { execArgv: [] });
  await once(holder, 'message');
  await expect(takeDataFolder(folder)).rejects.toThrow(
    `npm start, process ${holder.pid}, uses the folder ${folder}: stop that one, or choose another with DATA_FOLDER`,
  );
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  (await takeDataFolder(folder)).release();
});

test('what a killed start said of itself is gone when the next one begins', async () => {
  const folder = await aFolder();
  await writeFile(join(folder, 'running.json'), '{}');
  (await takeDataFolder(folder)).release();
  expect(await readdir(folder)).not.toContain('running.json');
});

const onLinux = process.platform === 'linux' ? test : test.skip;
onLinux.each([
  ['is a file', (folder: string) => aFileIn(folder), /EEXIST/],
  ['is below a file', async (folder: string) => join(await aFileIn(folder), 'y'), /ENOTDIR/],
  ['is where nothing can be made', async () => '/proc/order-events', /ENOENT|EACCES|EROFS/],
])('on Linux, a data folder that %s is refused with the reason', async (_how, place, reason) => {
  const refusal = takeDataFolder(await place(await aFolder()));
  await expect(refusal).rejects.toThrow(reason);
  await expect(refusal).rejects.toThrow(/^the folder \S+ can’t be used: .*DATA_FOLDER$/);
});

test.each([
  '',
  '   \n',
  '{"ACCESS_TOKEN_SECRET":"x',
  '[]',
  'null',
  '{"ACCESS_TOKEN_SECRET":"","ISSUER":"","EVENT_SIGNING_KEYS":""}',
])('secrets that can’t be used (%j) are never replaced, and the message says what to do', async (text) => {
  const folder = await aFolder();
  await writeFile(join(folder, 'secrets.json'), text);
  await expect(localSecrets(folder)).rejects.toThrow(/secrets.json is (empty|damaged): delete it; nothing is stored/);
  await writeFile(join(folder, 'orders.db'), '');
  await expect(localSecrets(folder)).rejects.toThrow(/put back a copy of it; without one, delete the whole folder/);
  expect(await readFile(join(folder, 'secrets.json'), 'utf8')).toBe(text);
});

async function secretsWithoutEmail(folder: string): Promise<Secrets> {
  const secrets = await localSecrets(folder);
  const keys = secrets.EVENT_SIGNING_KEYS.split(',').filter((key) => !key.includes('/services/email'));
  const older = { ...secrets, EVENT_SIGNING_KEYS: keys.join(','), added: 'by hand' };
  await writeFile(join(folder, 'secrets.json'), JSON.stringify(older));
  return older;
}
const EMAIL_KEY = /,email-1:\/services\/email:[A-Za-z0-9+/]{43}=$/;

test('secrets of an earlier version gain the key of a service that is new; everything else stays', async () => {
  const folder = await aFolder();
  const older = await secretsWithoutEmail(folder);
  const now = await localSecrets(folder);
  expect(now.EVENT_SIGNING_KEYS).toMatch(EMAIL_KEY);
  expect({ ...now, EVENT_SIGNING_KEYS: now.EVENT_SIGNING_KEYS.replace(EMAIL_KEY, '') }).toEqual(older);
  expect(JSON.parse(await readFile(join(folder, 'secrets.json'), 'utf8'))).toEqual(now);
  expect(await modeOf(join(folder, 'secrets.json'))).toBe('600');
  expect(await localSecrets(folder)).toEqual(now);
});

test('a death while a key is added leaves the secrets as they were, and the next start adds it', async () => {
  const folder = await aFolder();
  const older = await secretsWithoutEmail(folder);
  const program = `import fs from 'node:fs'; import { syncBuiltinESMExports } from 'node:module';
    fs.promises.rename = () => process.kill(process.pid, 'SIGKILL'); syncBuiltinESMExports();
    const { localSecrets } = await import(${JSON.stringify(join(import.meta.dirname, '../src/secrets.ts'))});
    await localSecrets(${JSON.stringify(folder)});`;
  const dies = run(process.execPath, ['--input-type=module', '--eval', program]);
  await expect(dies).rejects.toMatchObject({ signal: 'SIGKILL' });
  expect(JSON.parse(await readFile(join(folder, 'secrets.json'), 'utf8'))).toEqual(older);
  expect((await localSecrets(folder)).EVENT_SIGNING_KEYS).toMatch(EMAIL_KEY);
});

const whereRootMounts = await run('unshare', ['--mount', 'true']).then(
  () => test,
  () => test.skip,
);
whereRootMounts('a full disk (root makes one) has no half of a file, and what was there before', async () => {
  const folder = await aFolder();
  const small = join(folder, 'small');
  await mkdir(small);
  await run('mount', ['-t', 'tmpfs', '-o', 'size=8k', 'tmpfs', small]);
  try {
    await writeFile(join(small, 'fill'), Buffer.alloc(4096));
    await writeWhole(join(small, 'kept.json'), 'before');
    await expect(writeWhole(join(small, 'kept.json'), 'x'.repeat(9_000))).rejects.toThrow(
      /kept.json can’t be written: the disk is full \(ENOSPC\)/,
    );
    expect(await readFile(join(small, 'kept.json'), 'utf8')).toBe('before');
    await expect(localSecrets(small)).rejects.toThrow(/secrets.json can’t be written: the disk is full/);
    expect((await readdir(small)).sort()).toEqual(['fill', 'kept.json']);
  } finally {
    await run('umount', [small]);
  }
});

test('running.json is taken away by the start that wrote it alone', async () => {
  const folder = await aFolder();
  const rabbitmq = { amqp: 'amqp://127.0.0.1' };
  const running = { services: {}, gateway: 'http://127.0.0.1:1', rabbitmq, tokens: { customer: '', admin: '' } };
  const first = await tellRunning(folder, running);
  const second = await tellRunning(folder, { ...running, gateway: 'http://127.0.0.1:2' });
  await first();
  expect(await readdir(folder)).toEqual(['running.json']);
  await second();
  expect(await readdir(folder)).toEqual([]);
});
