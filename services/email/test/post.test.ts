import { expect, test } from '@jest/globals';
import { createLogger, createMetrics, DependencyDownError } from '@order-events/runtime';
import { compose } from '../src/compose.ts';
import {
  FateUnknownError,
  MailDeferredError,
  MailRefusedError,
  MailServerError,
  SenderRefusedError,
} from '../src/errors.ts';
import { guarded } from '../src/post.ts';
import { ada, wanted } from './wanted.ts';

const letter = compose(wanted(), ada);
const leave = async () => {};

/** A post that fails with this error, behind its breaker. */
function failing(error: Error) {
  const post = { deliver: () => Promise.reject(error), close() {} };
  const log = createLogger({ service: 'email', level: 'error' });
  return guarded(post, { timeoutMs: 1_000, metrics: createMetrics('email'), log });
}

test.each([new MailRefusedError('550'), new MailDeferredError('451')])(
  'mails that are not taken, however many, don’t count against the server: $name',
  async (refusal) => {
    const post = failing(refusal);
    for (let times = 0; times < 5; times++) await expect(post.deliver(letter, leave)).rejects.toBe(refusal);
    post.close();
  },
);

test.each([new MailServerError('ECONNREFUSED'), new FateUnknownError('ECONNRESET')])(
  'a server that fails three times is left alone: $name',
  async (fault) => {
    const post = failing(fault);
    for (let times = 0; times < 2; times++) await expect(post.deliver(letter, leave)).rejects.toBe(fault);
    for (let times = 0; times < 2; times++)
      await expect(post.deliver(letter, leave)).rejects.toThrow(DependencyDownError);
    post.close();
  },
);

test('a server that accepts nothing from this sender is not called any more', async () => {
  const post = failing(new SenderRefusedError('454'));
  await expect(post.deliver(letter, leave)).rejects.toThrow(DependencyDownError);
  post.close();
});

test('an error that keeps a mail from leaving is no fault of the server', async () => {
  const reason = new Error('another sends it');
  const post = failing(reason);
  for (let times = 0; times < 5; times++) await expect(post.deliver(letter, leave)).rejects.toBe(reason);
  post.close();
});
