import { describe, expect, test } from '@jest/globals';
import { AnswerTooLargeError, type ErrorKind, ServiceError } from '@order-events/runtime';
import { createHttpProvider } from '../src/http-provider.ts';
import { statedBy } from '../src/outcome.ts';

const failing = (error: Error) =>
  createHttpProvider({ get: () => Promise.reject(error), post: () => Promise.reject(error) });

describe('a provider that refuses by status', () => {
  test.each<[ErrorKind, string, string]>([
    ['invalid', 'already-captured', 'already-captured'],
    ['unprocessable', 'already-refunded', 'already-refunded'],
    ['conflict', 'already-voided', 'already-voided'],
    ['conflict', 'charge_already_captured', 'provider-refused'],
    ['not-found', 'no-such-authorisation', 'no-such-authorisation'],
    ['gone', 'expired', 'expired'],
  ])('%s with %s: refused for good', async (kind, code, expected) => {
    const provider = failing(new ServiceError(kind, code, 'no'));
    expect(await provider.capture('k', 'auth_1')).toEqual({ outcome: 'refused', code: expected });
  });

  test.each<[string, Error, string]>([
    ['a conflict that may pass', new ServiceError('conflict', 'key-in-use', 'no'), 'key-in-use'],
    ['an outage', new ServiceError('unavailable', 'payment-provider-down', 'no'), 'payment-provider-down'],
    ['an answer that is too large', new AnswerTooLargeError('payment-provider', 1), 'payment-provider-unclear'],
  ])('%s is no refusal', async (_what, error, code) => {
    await expect(failing(error).capture('k', 'auth_1')).rejects.toMatchObject({ code });
  });
});

describe('the state of an authorisation', () => {
  test('is the one that the provider returns', async () => {
    const provider = createHttpProvider({
      get: async (path) => ({ outcome: 'captured', reference: path }),
      post: async () => undefined,
    });
    expect(await provider.stateOf('a/b')).toEqual({ outcome: 'captured', reference: '/v1/authorisations/a%2Fb' });
  });

  test.each([new ServiceError('not-found', 'x', 'no'), new Error('refused our call: 404 no-such-route')])(
    'is unknown where the provider has no such route: %s',
    async (error) => {
      expect(await failing(error).stateOf('auth_1')).toEqual({ outcome: 'unknown' });
    },
  );

  test('is not decided while the provider is down', async () => {
    const down = new ServiceError('unavailable', 'payment-provider-down', 'no');
    await expect(failing(down).stateOf('auth_1')).rejects.toBe(down);
  });

  test.each([
    ['already-captured', 'captured'],
    ['already-refunded', 'refunded'],
    ['already-voided', 'voided'],
    ['already-settled', 'settled'],
    ['already-authorised', 'unknown'],
    ['capture-refused', 'unknown'],
    ['not-already-captured', 'unknown'],
  ])('without that route, a refusal with %s names the state: %s', (code, outcome) => {
    expect(statedBy(code, 'auth_1').outcome).toBe(outcome);
  });
});
