import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newSecrets } from '@order-events/demo';
import jwt from 'jsonwebtoken';

const root = join(import.meta.dirname, '..', '..', '..');
const { scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};
/** The program of each npm script; `format` is Biome itself. */
const programs = Object.entries(scripts).flatMap(([name, script]) => {
  const program = /(\S+\.(?:ts|mjs))$/.exec(script)?.[1];
  return program ? [[name, program] as const] : [];
});

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'order-events-commands-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(program: string, args: readonly string[], settings: Record<string, string> = {}): Promise<Ended> {
  const env = { PATH: process.env.PATH, DATA_FOLDER: folder, ...settings };
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], { cwd: root, env, timeout: 60_000 }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}

test('every script of the root is a program that is looked at here, or Biome', () => {
  expect(Object.keys(scripts).filter((name) => !programs.some(([known]) => known === name))).toEqual(['format']);
});

test.each(programs)(
  'npm run %s has a page of help',
  async (name, program) => {
    const { code, stdout } = await run(program, ['--help']);
    expect([code, stdout]).toEqual([0, expect.stringMatching(new RegExp(`npm (run )?${name}\\b`))]);
  },
  60_000,
);

// Jest reads what npm test is given.
const strict = programs.filter(([name]) => name !== 'test');
test.each(strict)(
  'npm run %s answers an option that it doesn’t know with one line',
  async (_name, program) => {
    const { code, stderr } = await run(program, ['--no-such-option']);
    expect([code === 0, stderr.trim().split('\n').length, stderr]).toEqual([false, 1, expect.stringMatching(/--help/)]);
  },
  60_000,
);

const simulate = 'verify/simulate/src/main.ts';
const token = 'apps/demo/src/print-token.ts';
test.each([
  [simulate, ['--minutes', 'soon'], '--minutes is a number of minutes'],
  [simulate, ['--minutes', '-1'], "Option '--minutes' argument is ambiguous"],
  [simulate, ['--runs', '0'], '--runs is a whole number from 1'],
  [simulate, ['--plant', 'nothing'], 'there is no mistake nothing'],
  ['tools/check/main.ts', ['spelling'], 'no such step: spelling'],
  [token, [], 'one name is needed'],
  [token, ['ada@example.org'], 'one name is needed'],
  [token, ['svc:orders'], 'one name is needed'],
  [token, ['ada', '--role', 'king'], '--role is user or admin'],
  [token, ['ada', '--minutes', '0'], '--minutes is a whole number from 1 to 43200'],
  [token, ['ada'], 'there are no secrets yet'],
  [token, ['ada', '--env', '/no/such/file'], '--env /no/such/file can’t be read (ENOENT)'],
])(
  '%s %j is answered with one line',
  async (program, args, line) => {
    const { code, stderr } = await run(program, args);
    expect([code, stderr.trim().split('\n').length]).toEqual([1, 1]);
    expect(stderr).toContain(line);
  },
  60_000,
);

test('a simulation of less than a minute is one', async () => {
  const { code, stdout } = await run(simulate, ['--minutes', '0.2', '--seed', '1']);
  expect([code, stdout]).toEqual([0, expect.stringMatching(/seeds from 1/)]);
}, 60_000);

test('npm run token prints a token and nothing else, of a person or an admin, for as long as wanted', async () => {
  const secrets = newSecrets();
  const env = { ACCESS_TOKEN_SECRET: secrets.ACCESS_TOKEN_SECRET, ISSUER: 'here' };
  const { stdout } = await run('apps/demo/src/print-token.ts', ['root', '--role', 'admin', '--minutes', '5'], env);
  const token = jwt.verify(stdout.trim(), secrets.ACCESS_TOKEN_SECRET, { issuer: 'here' }) as jwt.JwtPayload;
  expect(token).toMatchObject({ sub: 'root', role: 'admin' });
  expect((token.exp ?? 0) - (token.iat ?? 0)).toBe(300);

  await writeFile(join(folder, 'secrets.json'), JSON.stringify(secrets));
  const kept = await run('apps/demo/src/print-token.ts', ['ada']);
  expect(jwt.verify(kept.stdout.trim(), secrets.ACCESS_TOKEN_SECRET)).toMatchObject({ sub: 'ada', role: 'user' });
}, 60_000);

test('npm run secrets makes the env file once, for its owner only, and adds only what is missing', async () => {
  const file = join(folder, 'env');
  const made = await run('apps/operator/src/secrets/main.mjs', ['--file', file]);
  const first = await readFile(file, 'utf8');
  expect(first).toMatch(/^GATEWAY_PORT=3000$/m);
  expect((await stat(file)).mode & 0o077).toBe(0);
  const password = /^ORDERS_RABBITMQ_PASSWORD=(\w{48})$/m.exec(first)?.[1] ?? 'none';
  expect(made.stdout + made.stderr).not.toContain(password);

  expect((await run('apps/operator/src/secrets/main.mjs', ['--file', file])).stdout).toMatch(
    /has all its secrets already/,
  );
  expect(await readFile(file, 'utf8')).toBe(first);
  await writeFile(file, first.replace(/^AUDIT_RABBITMQ_PASSWORD=.*\n/m, ''));
  expect((await run('apps/operator/src/secrets/main.mjs', ['--file', file])).stdout).toMatch(
    /added AUDIT_RABBITMQ_PASSWORD\n/,
  );
  expect(await readFile(file, 'utf8')).toContain(`ORDERS_RABBITMQ_PASSWORD=${password}\n`);
}, 60_000);
