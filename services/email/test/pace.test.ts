import { expect, test } from '@jest/globals';
import { MailDeferredError, SenderRefusedError } from '../src/errors.ts';
import { createPace } from '../src/pace.ts';

/** A server that accepts nothing until then (s), with a call every five seconds as by the breaker: the times of real calls. */
async function askedUntil(end: number, seconds: number): Promise<number[]> {
  let now = 0;
  const pace = createPace(() => now * 1_000);
  const asked: number[] = [];
  for (; now <= seconds; now += 5) {
    const send = async () => {
      asked.push(now);
      if (now < end) throw new SenderRefusedError('454');
    };
    await pace.keep(send).catch(() => {});
  }
  return asked;
}

test('a server that accepts nothing is called less and less often, and after the first accepted mail at once', async () => {
  expect(await askedUntil(Number.POSITIVE_INFINITY, 200)).toEqual([0, 5, 15, 35, 70, 130, 190]);
  expect(await askedUntil(20, 50)).toEqual([0, 5, 15, 35, 40, 45, 50]);
});

test('mails that are refused together count once, and a response about one mail does not count', async () => {
  let now = 0;
  const pace = createPace(() => now);
  const refused = async () => {
    throw new SenderRefusedError('421');
  };
  await Promise.allSettled(Array.from({ length: 5 }, () => pace.keep(refused)));
  now = 4_000;
  await expect(pace.keep(async () => {})).resolves.toBeUndefined();
  for (let times = 0; times < 3; times++) {
    const deferred = new MailDeferredError('451');
    await expect(pace.keep(() => Promise.reject(deferred))).rejects.toBe(deferred);
  }
});
