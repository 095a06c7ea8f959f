import type { IncomingMessage } from 'node:http';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { createAdmission } from '../src/admission.ts';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

const full = 'too many connections from this address';

/** Three places for each address; admission waits for the store. */
function anAdmission({ ping = async () => {}, addressOf = (): string | undefined => '192.0.2.1' } = {}) {
  const refused: string[] = [];
  const onRefused = (reason: string) => void refused.push(reason);
  const admission = createAdmission({ ping, addressOf, origins: '*', perAddress: 3, onRefused });
  const comes = () => {
    const req = { headers: {} } as IncomingMessage;
    return new Promise<{ req: IncomingMessage; refusal: string | null }>((resolve) => {
      void admission.allowRequest(req, (refusal) => resolve({ req, refusal }));
    });
  };
  const come = async (count: number) => {
    const all = await Promise.all(Array.from({ length: count }, comes));
    return { reqs: all.map(({ req }) => req), refusals: all.flatMap(({ refusal }) => refusal ?? []) };
  };
  return { admission, refused, come };
}

test('of many connections at once from one address, as many are admitted as there are places', async () => {
  const { refused, come } = anAdmission();
  expect((await come(10)).refusals).toEqual(Array(7).fill(full));
  expect(refused).toEqual(Array(7).fill('too-many-of-address'));
});

test('a place is free again when its session ends, and not while it lasts', async () => {
  const { admission, come } = anAdmission();
  const [first, ...others] = (await come(3)).reqs.map((req) => admission.entered(req));
  jest.advanceTimersByTime(60_000);
  expect((await come(1)).refusals).toEqual([full]);
  first?.();
  expect((await come(2)).refusals).toEqual([full]);
  expect(others).toHaveLength(2);
});

test('a place is free again when its session does not begin', async () => {
  const { come } = anAdmission();
  await come(3);
  expect((await come(1)).refusals).toEqual([full]);
  jest.advanceTimersByTime(2_000);
  expect((await come(3)).refusals).toEqual([]);
});

test('a connection refused because the store is down takes no place', async () => {
  let down = true;
  const { come } = anAdmission({ ping: async () => void (down && (await Promise.reject(new Error('down')))) });
  expect((await come(3)).refusals).toEqual(Array(3).fill('the store is not available'));
  down = false;
  expect((await come(3)).refusals).toEqual([]);
});

test('a connection of unknown address is not counted', async () => {
  const { admission, come } = anAdmission({ addressOf: () => undefined });
  const { reqs, refusals } = await come(10);
  expect(refusals).toEqual([]);
  for (const req of reqs) admission.entered(req)();
});

test('after the stop every connection is refused', async () => {
  const { admission, come } = anAdmission();
  admission.close();
  expect((await come(2)).refusals).toEqual(Array(2).fill('the service is shutting down'));
});
