import { createServer } from 'node:net';
import { expect, test } from '@jest/globals';
import { Router } from 'express';
import { type DefinedHttpService, defineHttpService, httpSettings, type OpenedHttp } from '../src/index.ts';
import { logLines } from './log-lines.ts';

function aService(opened: OpenedHttp): DefinedHttpService<ReturnType<typeof httpSettings>> {
  return defineHttpService({ name: 'window', settings: httpSettings({ port: 3999 }), open: () => opened });
}

function told(said: string[]): OpenedHttp {
  return {
    routes: [Router().get('/view', (_req, res) => void res.json({ seen: 'all' }))],
    parts: [
      { name: 'pool', start: () => void said.push('start pool'), stop: () => void said.push('stop pool') },
      { name: 'cache', stop: () => void said.push('stop cache') },
    ],
    upgrades: { path: '/live', attach: () => void said.push('attach'), detach: () => void said.push('detach') },
  };
}

const env = (port: number) => ({ PORT: String(port), HOST: '127.0.0.1' });
const { log } = logLines();
const statusOf = async (url: string) => (await fetch(url)).status;

test('what stands behind the doors starts before they open, and stops after they have closed', async () => {
  const said: string[] = [];
  const service = aService(told(said)).create(env(0), { log });
  expect(said).toEqual([]);
  await service.start();
  expect(said).toEqual(['start pool', 'attach']);
  expect(await (await fetch(`${service.url}/view`)).json()).toEqual({ seen: 'all' });
  expect(await statusOf(`${service.url}/readyz`)).toBe(200);
  expect(service.operationsUrl).toBe(service.url);
  await service.stop();
  expect(said.slice(2)).toEqual(['detach', 'stop cache', 'stop pool']);
});

test('a port of its own for operations leaves the other one to the routes', async () => {
  const service = aService({ ...told([]), operationsPort: 0 }).create(env(0), { log });
  await service.start();
  expect(await statusOf(`${service.operationsUrl}/livez`)).toBe(200);
  expect(await statusOf(`${service.url}/livez`)).toBe(404);
  expect(await statusOf(`${service.operationsUrl}/view`)).toBe(404);
  await service.stop();
});

test('a port that is taken fails the start, and what had started is stopped', async () => {
  const said: string[] = [];
  const other = createServer();
  const port = await new Promise<number>((resolve) =>
    other.listen(0, '127.0.0.1', () => resolve((other.address() as { port: number }).port)),
  );
  const service = aService(told(said)).create(env(port), { log });
  await expect(service.start()).rejects.toMatchObject({ code: 'EADDRINUSE' });
  expect(said).toEqual(['start pool', 'attach', 'detach', 'stop cache', 'stop pool']);
  await new Promise((resolve) => other.close(resolve));
});

test('wrong settings are told when the service is made', () => {
  expect(() => aService({}).create({ PORT: 'many' })).toThrow('PORT');
});
