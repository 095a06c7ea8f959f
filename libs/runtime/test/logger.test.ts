import { expect, test } from '@jest/globals';
import { newTrace, withTrace } from '../src/trace.ts';
import { logLines } from './log-lines.ts';

test('a line is one JSON object: time, level, service, phrase, fields', () => {
  const { log, lines, text } = logLines();
  log.info('order stored', { orderId: 'o-1', items: 2 });
  expect(lines()).toEqual([
    {
      time: expect.stringMatching(/^\d{4}-.*Z$/),
      level: 'info',
      service: 'test',
      message: 'order stored',
      orderId: 'o-1',
      items: 2,
    },
  ]);
  expect(text().endsWith('\n')).toBe(true);
});

test('a child adds its fields to every line', () => {
  const { log, lines } = logLines();
  log.child({ queue: 'orders' }).child({ eventId: 'e-1' }).warn('message retried', { attempt: 2 });
  expect(lines()[0]).toMatchObject({ level: 'warn', queue: 'orders', eventId: 'e-1', attempt: 2 });
});

test('lines below the level are not written', () => {
  const { log, lines } = logLines('warn');
  log.debug('seen');
  log.info('seen');
  log.error('failed');
  expect(lines().map(({ message }) => message)).toEqual(['failed']);
});

test('fields are masked and never pretend to be the line’s own', () => {
  const { log, lines } = logLines();
  log.error('mail failed', {
    level: 'info',
    message: 'all is well',
    service: 'x',
    to: 'anna@example.com',
    line: 'a\nb',
  });
  expect(lines()).toHaveLength(1);
  expect(lines()[0]).toMatchObject({
    level: 'error',
    message: 'mail failed',
    service: 'test',
    to: '(e-mail)',
    line: 'a\nb',
  });
});

test('lines of a request or message carry its trace', async () => {
  const { log, lines } = logLines();
  const trace = newTrace();
  await withTrace(trace, async () => {
    await Promise.resolve();
    log.info('inside');
  });
  log.info('outside');
  expect(lines().map(({ traceId }) => traceId)).toEqual([trace.traceId, undefined]);
});
