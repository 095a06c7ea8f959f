import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from '@jest/globals';
import type { Response } from 'express';
import { serve } from './serve.ts';

test('a stop lets a running request finish, refuses new ones and closes the kept connection', async () => {
  const { http, url, arrived } = await slow();
  const answer = fetch(url);
  const res = await arrived;
  const stopped = http.stop();
  await expect(fetch(url)).rejects.toThrow();
  res.json('done');
  const response = await answer;
  expect(response.headers.get('connection')).toBe('close');
  expect(await response.json()).toBe('done');
  await stopped;
});

test('a request that had begun to arrive when the stop began is finished too', async () => {
  const [early, late] = [Promise.withResolvers<Response>(), Promise.withResolvers<Response>()];
  const { http, url } = await serve((app) => {
    app.get('/early', (_req, res) => early.resolve(res));
    app.get('/late', (_req, res) => late.resolve(res));
  });
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.write('GET /livez HTTP/1.1\r\nHost: x\r\n\r\nGET /late HTTP/1.1\r\nHost: x\r\n');
  await once(socket, 'data');
  const answer = fetch(`${url}/early`);
  const earlyRes = await early.promise;
  const stopped = http.stop();
  socket.write('\r\n');
  const lateRes = await late.promise;
  earlyRes.json('early');
  expect(await (await answer).json()).toBe('early');
  lateRes.json('late');
  expect((await socket.toArray()).join('')).toMatch(/Connection: close.*"late"/s);
  await stopped;
});

test('a request that never ends is cut when the bound has passed', async () => {
  const { http, url, arrived } = await slow({ stopTimeoutMs: 50 });
  const answer = expect(fetch(url)).rejects.toThrow('fetch failed');
  await arrived;
  await http.stop();
  await answer;
});

test('an idle kept-alive connection and one that says nothing don’t hold up a stop', async () => {
  const { http, url } = await serve((app) => app.get('/', (_req, res) => void res.json(1)), { stopTimeoutMs: 60_000 });
  await (await fetch(url)).json();
  const silent = connect(Number(new URL(url).port), '127.0.0.1');
  await once(silent, 'connect');
  const closed = once(silent, 'close');
  await http.stop();
  await closed;
});

test('an upgraded connection doesn’t hold up a stop either', async () => {
  const { http, url } = await serve(() => undefined, { stopTimeoutMs: 60_000 });
  http.server.on('upgrade', (_req, socket) =>
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n'),
  );
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n');
  await once(socket, 'data');
  const closed = once(socket, 'close');
  await http.stop();
  await closed;
});

test('it is not ready any more once it stops', async () => {
  const { http, health } = await serve(() => undefined);
  await http.stop();
  expect((await health.report()).status).toBe('draining');
});

test('stopping what Socket.IO has already closed, or what never started, is fine', async () => {
  const { http } = await serve(() => undefined);
  http.server.close();
  await http.stop();
  await http.stop();
});

async function slow(options: { stopTimeoutMs?: number } = {}) {
  const { promise: arrived, resolve } = Promise.withResolvers<Response>();
  const served = await serve((app) => app.get('/', (_req, res) => resolve(res)), options);
  return { ...served, arrived };
}
