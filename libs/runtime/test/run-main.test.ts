import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';

const fixture = new URL('./fixtures/run-service.ts', import.meta.url).pathname;

function run(env: Record<string, string>) {
  const child = spawn(process.execPath, [fixture], { env: { PATH: process.env.PATH, PORT: '0', ...env } });
  let out = '';
  const { promise: ended, resolve } = Promise.withResolvers<{ code: number | null; out: string; err: string }>();
  let err = '';
  child.stderr.on('data', (data) => {
    err += data;
  });
  child.on('close', (code) => resolve({ code, out, err }));
  const said = (text: string) =>
    new Promise<void>((heard) => {
      child.stdout.on('data', (data) => {
        out += data;
        if (out.includes(text)) heard();
      });
    });
  return { child, ended, said };
}

test.each(['SIGTERM', 'SIGINT'] as const)('%s stops it in order: exit code 0', async (signal) => {
  const { child, ended, said } = run({});
  await said('started');
  child.kill(signal);
  expect(await ended).toMatchObject({ code: 0, err: '' });
});

test('a second signal ends a stop that hangs', async () => {
  const { child, ended, said } = run({ ON_STOP: 'hang' });
  const stopping = said('stopping');
  await said('started');
  child.kill('SIGTERM');
  await stopping;
  child.kill('SIGINT');
  expect(await ended).toMatchObject({ code: 1 });
});

test('a stop that fails is logged: exit code 1', async () => {
  const { child, ended, said } = run({ ON_STOP: 'fail' });
  await said('started');
  child.kill('SIGTERM');
  const { code, out } = await ended;
  expect([code, out]).toEqual([1, expect.stringContaining('stopped with errors')]);
});

test('wrong settings are one block, all of them: exit code 1', async () => {
  expect(await run({ PORT: 'x', ON_STOP: 'explode' }).ended).toEqual({
    code: 1,
    out: '',
    err: 'The service can’t start: settings are missing or wrong:\n  PORT must be a whole number from 0 to 65535\n  ON_STOP must be one of end, hang, fail\n',
  });
});

test('a taken port is one line: exit code 1', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as AddressInfo;
  const { code, err } = await run({ PORT: String(port) }).ended;
  other.close();
  expect([code, err]).toEqual([
    1,
    `orders can’t start: port ${port} is taken by another program: stop it, or set PORT\n`,
  ]);
});

test.each([
  ['a bug in the start', { ON_START: 'throw' }, 'start failed'],
  ['a rejection that nobody handles', { ON_START: 'reject-later' }, 'unhandled error'],
])('%s ends the process with a masked line: exit code 1', async (_what, env, phrase) => {
  const { ended, said } = run(env);
  await said(phrase);
  const { code, out, err } = await ended;
  expect([code, err]).toEqual([1, '']);
  expect(out).toContain('run-service.ts');
  expect(out).not.toContain('anna');
});
