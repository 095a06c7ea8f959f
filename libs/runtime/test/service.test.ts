import { expect, test } from '@jest/globals';
import { composeService, type Part, type Parts } from '../src/service.ts';
import { logLines } from './log-lines.ts';

function parts(said: string[], broken: Record<string, () => Promise<void>> = {}): Part[] {
  const act = (what: string) => async () => {
    said.push(what);
    await broken[what]?.();
  };
  return ['store', 'broker', 'http'].map((name) => ({ name, start: act(`start ${name}`), stop: act(`stop ${name}`) }));
}

const compose = (all: Parts, log = logLines().log) => composeService('orders', log, all, () => 'http://127.0.0.1:3001');
const fail = (message: string) => async () => {
  throw new Error(message);
};

test('parts start in order and stop in reverse', async () => {
  const said: string[] = [];
  const service = compose(parts(said));
  await service.start();
  await service.stop();
  expect(said).toEqual(['start store', 'start broker', 'start http', 'stop http', 'stop broker', 'stop store']);
});

test('a start that fails stops what had started and tells its own error', async () => {
  const said: string[] = [];
  const service = compose(parts(said, { 'start http': fail('port taken'), 'stop broker': fail('also broken') }));
  await expect(service.start()).rejects.toThrow('port taken');
  expect(said).toEqual(['start store', 'start broker', 'start http', 'stop broker', 'stop store']);
  await service.stop();
  expect(said).toHaveLength(5);
});

test('a part that doesn’t stop keeps the others from nothing, and is told', async () => {
  const said: string[] = [];
  const service = compose(parts(said, { 'stop broker': fail('stuck') }));
  await service.start();
  await expect(service.stop()).rejects.toMatchObject({ errors: [new Error('stuck')] });
  expect(said.slice(3)).toEqual(['stop http', 'stop broker', 'stop store']);
});

test('a stop during the start lets the running step end, starts no other, and stops the rest', async () => {
  const said: string[] = [];
  const begun = Promise.withResolvers<void>();
  const step = Promise.withResolvers<void>();
  const startBroker = () => {
    begun.resolve();
    return step.promise;
  };
  const service = compose(parts(said, { 'start broker': startBroker }));
  const starting = expect(service.start()).rejects.toThrow('stopped while it started');
  await begun.promise;
  const stopping = service.stop();
  step.resolve();
  await Promise.all([starting, stopping]);
  expect(said).toEqual(['start store', 'start broker', 'stop broker', 'stop store']);
});

test('parts may be made one from another: each after those before it have started', async () => {
  const said: string[] = [];
  const [, ...others] = parts(said);
  const service = compose(
    (async function* () {
      said.push('open store');
      yield { name: 'store', stop: () => void said.push('close store') };
      yield* others;
    })(),
  );
  await service.start();
  await service.stop();
  expect(said).toEqual(['open store', 'start broker', 'start http', 'stop http', 'stop broker', 'close store']);
});

test('a part that runs once it is made is stopped, even when the stop came while it was made', async () => {
  const said: string[] = [];
  const begun = Promise.withResolvers<void>();
  const opening = Promise.withResolvers<void>();
  const service = compose(
    (async function* () {
      begun.resolve();
      await opening.promise;
      yield { name: 'store', stop: () => void said.push('close store') };
      said.push('never');
    })(),
  );
  const starting = expect(service.start()).rejects.toThrow('stopped while it started');
  await begun.promise;
  const stopping = service.stop();
  opening.resolve();
  await Promise.all([starting, stopping]);
  expect(said).toEqual(['close store']);
});

test('starting and stopping twice is starting and stopping once', async () => {
  const said: string[] = [];
  const service = compose(parts(said));
  await Promise.all([service.start(), service.start()]);
  await Promise.all([service.stop(), service.stop()]);
  expect(said).toHaveLength(6);
});

test('a service that never started has nothing to stop', async () => {
  const said: string[] = [];
  await compose(parts(said)).stop();
  expect(said).toEqual([]);
});

test('start and stop are logged once, with the address', async () => {
  const { log, lines } = logLines();
  const service = compose(parts([]), log);
  await service.start();
  await service.stop();
  expect(lines()).toMatchObject([
    { message: 'service started', url: 'http://127.0.0.1:3001', milliseconds: expect.any(Number) },
    { message: 'service stopped' },
  ]);
});
