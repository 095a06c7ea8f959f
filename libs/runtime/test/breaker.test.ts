import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { type Breaker, createBreaker, DependencyDownError } from '../src/breaker.ts';
import { ServiceError } from '../src/errors.ts';
import { createMetrics } from '../src/metrics.ts';
import { logLines } from './log-lines.ts';

const metrics = createMetrics('test');
const { log, lines } = logLines();
const refused = new ServiceError('conflict', 'card-declined', 'the card was declined');
const broken = new Error('ECONNREFUSED');

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
});
afterEach(() => {
  jest.useRealTimers();
});

/** A breaker whose calls end as they are told to. */
function breaker(): Breaker<[() => Promise<string>], string> {
  return createBreaker({ name: 'provider', call: (end) => end(), timeoutMs: 1_000, retryAfterMs: 5_000, metrics, log });
}

const ok = async () => 'ok';
const fault = () => Promise.reject(broken);
const refusal = () => Promise.reject(refused);

/** Fires these one after another and tells how each ended. */
async function outcomes(circuit: ReturnType<typeof breaker>, ...calls: (() => Promise<string>)[]): Promise<string[]> {
  const ended: string[] = [];
  for (const call of calls) {
    ended.push(await circuit.fire(call).catch((error: unknown) => (error as ServiceError).code));
  }
  return ended;
}

test('two faults are no reason to open; the third call that ends in a fault opens it, and says so', async () => {
  const circuit = breaker();
  expect(await outcomes(circuit, fault, fault)).toEqual(['provider-failed', 'provider-failed']);
  expect(circuit.state).toBe('closed');
  expect(await outcomes(circuit, fault, ok)).toEqual(['provider-down', 'provider-down']);
  expect(circuit.state).toBe('open');
});

test('half of the calls in faults is enough, less is not', async () => {
  const less = breaker();
  await outcomes(less, ok, ok, ok, fault, fault);
  expect(less.state).toBe('closed');
  const half = breaker();
  await outcomes(half, ok, ok, fault, fault);
  expect(half.state).toBe('open');
});

test('three faults in a row open it, however many calls went well in the minute before', async () => {
  const circuit = breaker();
  await outcomes(circuit, ...Array(20).fill(ok), fault, fault, refusal, fault, fault);
  expect(circuit.state).toBe('closed');
  expect(await outcomes(circuit, fault)).toEqual(['provider-down']);
  expect(circuit.state).toBe('open');
});

test('a call that still runs is no third one', async () => {
  const circuit = breaker();
  circuit.fire(() => new Promise(() => undefined)).catch(() => undefined);
  await outcomes(circuit, fault, fault);
  expect(circuit.state).toBe('closed');
});

test('calls that still run don’t count: a burst against a dead dependency opens it at the third fault', async () => {
  const circuit = breaker();
  const hung = Array.from({ length: 20 }, () => circuit.fire(() => new Promise(() => undefined)));
  for (const call of hung) call.catch(() => undefined);
  await outcomes(circuit, fault, fault, fault);
  expect(circuit.state).toBe('open');
});

test('calls turned away while it is open don’t count either: it opens again as readily', async () => {
  const circuit = breaker();
  await outcomes(circuit, fault, fault, fault);
  await outcomes(circuit, ...Array(100).fill(ok));
  jest.advanceTimersByTime(5_000);
  await outcomes(circuit, ok, fault);
  expect(circuit.state).toBe('open');
});

test('faults older than a minute are forgotten', async () => {
  const circuit = breaker();
  await outcomes(circuit, fault, fault);
  jest.advanceTimersByTime(65_000);
  await outcomes(circuit, fault);
  expect(circuit.state).toBe('closed');
});

test('a refusal is the caller’s matter: it passes unchanged and counts as an answer', async () => {
  const circuit = breaker();
  await expect(circuit.fire(refusal)).rejects.toBe(refused);
  await outcomes(circuit, refusal, refusal, fault, refusal, fault, fault);
  expect(circuit.state).toBe('closed');
  await outcomes(circuit, fault);
  expect(circuit.state).toBe('open');
});

test('a call that takes too long is a fault', async () => {
  const circuit = breaker();
  const late = circuit.fire(() => new Promise(() => undefined));
  const rejected = expect(late).rejects.toMatchObject({ kind: 'unavailable', code: 'provider-timeout' });
  await jest.advanceTimersByTimeAsync(1_000);
  await rejected;
});

test('whatever else is no fault, being late is', async () => {
  const patient = { name: 'provider', call: () => new Promise(() => undefined), timeoutMs: 1_000, metrics, log };
  const circuit = createBreaker({ ...patient, isFault: () => false });
  const late = [circuit.fire(), circuit.fire(), circuit.fire()];
  for (const call of late) call.catch(() => undefined);
  await jest.advanceTimersByTimeAsync(1_000);
  expect(circuit.state).toBe('open');
});

test('a call that throws before it promises anything is a fault like any other', async () => {
  const circuit = breaker();
  const thrower = () => {
    throw broken;
  };
  await expect(circuit.fire(thrower)).rejects.toMatchObject({ code: 'provider-failed', cause: broken });
});

test('half-open lets one call try: its success closes, its fault opens again', async () => {
  const circuit = breaker();
  await outcomes(circuit, fault, fault, fault);
  jest.advanceTimersByTime(5_000);
  expect(circuit.state).toBe('half-open');
  const { promise, resolve } = Promise.withResolvers<string>();
  const trial = circuit.fire(() => promise);
  expect(await outcomes(circuit, ok)).toEqual(['provider-down']);
  resolve('ok');
  await trial;
  expect(circuit.state).toBe('closed');

  const again = breaker();
  await outcomes(again, ok, ok, fault, fault);
  jest.advanceTimersByTime(5_000);
  expect(await outcomes(again, fault)).toEqual(['provider-down']);
  expect(again.state).toBe('open');
});

test('a refusal to the one that tries is an answer: it closes', async () => {
  const circuit = breaker();
  await outcomes(circuit, fault, fault, fault);
  jest.advanceTimersByTime(5_000);
  await outcomes(circuit, refusal);
  expect(circuit.state).toBe('closed');
});

test('whoever meets it open knows when to come back, and can wait for it', async () => {
  const circuit = breaker();
  await outcomes(circuit, fault, fault);
  const error = await circuit.fire(fault).catch((thrown: unknown) => thrown);
  if (!(error instanceof DependencyDownError)) throw new Error('expected a DependencyDownError');
  expect(error).toMatchObject({ kind: 'unavailable', code: 'provider-down', retryAfterSeconds: 5, cause: broken });
  const heard: string[] = [];
  const off = error.breaker.on('half-open', () => heard.push('half-open'));
  jest.advanceTimersByTime(5_000);
  off();
  await outcomes(circuit, fault);
  jest.advanceTimersByTime(5_000);
  expect(heard).toEqual(['half-open']);
  log.warn('paused', { error });
  expect(JSON.stringify(lines().at(-1))).not.toContain('retryAfterMs');
});

test('its state is a metric and every change a line', async () => {
  const circuit = breaker();
  const state = async () => /breaker_state\{.*\} (\d)/.exec(await metrics.text())?.[1];
  const before = lines().length;
  expect(await state()).toBe('0');
  await outcomes(circuit, fault, fault, fault);
  expect(await state()).toBe('2');
  jest.advanceTimersByTime(5_000);
  expect(await state()).toBe('1');
  await outcomes(circuit, ok);
  expect(await state()).toBe('0');
  expect(lines().slice(before)).toMatchObject([
    { level: 'warn', message: 'breaker opened', breaker: 'provider', reason: expect.stringMatching(/./) },
    { level: 'info', message: 'breaker closed', breaker: 'provider', seconds: 5 },
  ]);
});

test('an outage is told once, however often it is tried, and again only for another reason', async () => {
  const circuit = breaker();
  const before = lines().length;
  const failing = (reason: string) => () => Promise.reject(new Error(reason));
  await outcomes(circuit, failing('refused'), failing('refused'), failing('refused'));
  for (const reason of ['refused', 'refused', 'token refused', 'refused']) {
    jest.advanceTimersByTime(5_000);
    await outcomes(circuit, failing(reason));
  }
  jest.advanceTimersByTime(5_000);
  await outcomes(circuit, ok);
  await outcomes(circuit, failing('refused'), failing('refused'), failing('refused'));
  expect(
    lines()
      .slice(before)
      .map(({ message, reason }) => [message, reason]),
  ).toEqual([
    ['breaker opened', 'refused'],
    ['breaker opened', 'token refused'],
    ['breaker closed', undefined],
    ['breaker opened', 'refused'],
  ]);
});

test('after its stop every call is turned away and no timer is left', async () => {
  const circuit = breaker();
  await outcomes(circuit, fault, fault, fault);
  circuit.stop();
  expect(await outcomes(circuit, ok)).toEqual(['provider-down']);
  expect(jest.getTimerCount()).toBe(0);
});
