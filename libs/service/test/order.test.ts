import { expect, test } from '@jest/globals';
import { composeService } from '@order-events/runtime';
import { inOrder } from '../src/order.ts';

const starts = ['messaging', 'letters', 'own', 'relay', 'sweep', 'http'];

/** A service whose parts write down what is asked of them; at one start, something else may happen. */
function aService(said: string[], at: Readonly<Record<string, () => void | Promise<void>>> = {}) {
  const act = (what: string) => async () => {
    said.push(what);
    await at[what]?.();
  };
  const piece = (name: string) => ({ start: act(`start ${name}`), stop: act(`stop ${name}`) });
  const log = { debug() {}, info() {}, warn() {}, error() {}, child: () => log };
  const parts = inOrder({
    messaging: { ...piece('messaging'), stopConsuming: act('stop consumers') },
    letters: piece('letters'),
    parts: [{ name: 'own', ...piece('own') }],
    relay: piece('relay') as { start(): void; stop(): Promise<void> },
    sweeps: [piece('sweep') as { start(): void; stop(): Promise<void> }],
    doors: [{ name: 'http', ...piece('http') }],
  });
  const before = [
    { name: 'store', stop: act('stop store') },
    { name: 'calls', stop: act('stop calls') },
  ];
  return composeService('orders', log, [...before, ...parts], () => '');
}

/** What is stopped, in order, when these have started. */
function stopsOf(started: readonly string[]): string[] {
  const running = started.flatMap((name) =>
    name === 'sweep' && started.includes('messaging') ? ['consumers', name] : [name],
  );
  return ['store', 'calls', ...running].reverse().map((name) => `stop ${name}`);
}

test('a stop lets nothing new in, ends the consumers, then the relay, then the publisher, then calls and store', async () => {
  const said: string[] = [];
  const service = aService(said);
  await service.start();
  expect(said.splice(0)).toEqual(starts.map((name) => `start ${name}`));
  await service.stop();
  expect(said).toEqual([
    'stop http',
    'stop sweep',
    'stop consumers',
    'stop relay',
    'stop own',
    'stop letters',
    'stop messaging',
    'stop calls',
    'stop store',
  ]);
});

test.each(starts)('where %s fails to start, all that had started is stopped, in the reverse order', async (name) => {
  const said: string[] = [];
  const service = aService(said, {
    [`start ${name}`]: () => {
      throw new Error('broken');
    },
  });
  await expect(service.start()).rejects.toThrow('broken');
  const started = starts.slice(0, starts.indexOf(name));
  // Consumers are known to run once everything before the sweep has started.
  const consumers = name === 'sweep' ? ['stop consumers'] : [];
  expect(said.slice(started.length + 1)).toEqual([...consumers, ...stopsOf(started)]);
});

test.each(starts)(
  'a stop while %s starts lets that start end, starts nothing else and stops the rest',
  async (name) => {
    const said: string[] = [];
    const [begun, step] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const service = aService(said, {
      [`start ${name}`]: () => {
        begun.resolve();
        return step.promise;
      },
    });
    const starting = service.start().catch((error: Error) => error.message);
    await begun.promise;
    const stopping = service.stop();
    step.resolve();
    await stopping;
    expect(await starting).toBe(name === 'http' ? undefined : 'orders was stopped while it started');
    const started = starts.slice(0, starts.indexOf(name) + 1);
    const consumers = name === 'relay' ? ['stop consumers'] : [];
    expect(said.slice(started.length)).toEqual([...consumers, ...stopsOf(started)]);
  },
);
