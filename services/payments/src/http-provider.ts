import { compile } from '@order-events/contracts';
import { AnswerTooLargeError, type Client, kindOf, ServiceError } from '@order-events/runtime';
import Type from 'typebox';
import type { Answer } from './payment.ts';
import type { PaymentProvider } from './provider.ts';

const text = Type.String({ minLength: 1 });
const readAnswer = compile(
  Type.Union([
    Type.Object({ outcome: Type.Enum(['authorised', 'captured', 'voided', 'refunded', 'settled']), reference: text }),
    Type.Object({ outcome: Type.Enum(['declined', 'refused']), code: text }),
    Type.Object({ outcome: Type.Literal('barred') }),
  ]),
);

/** The provider's protocol over HTTP. A refusal (400, 404, 410, 422) is an answer too: a retry would not help. */
export function createHttpProvider(client: Pick<Client, 'get' | 'post'>): PaymentProvider {
  async function perform(key: string, path: string, body: object, refused: 'declined' | 'refused'): Promise<Answer> {
    try {
      return answerOf(await client.post(path, body, { headers: { 'idempotency-key': key } }));
    } catch (error) {
      // The provider's decision is unknown, so the call is looked up.
      if (error instanceof AnswerTooLargeError) throw unclear(error);
      if (!(error instanceof ServiceError) || !isRefusal(error)) throw error;
      return { outcome: refused, code: codeOf(error.code) };
    }
  }
  async function find(path: string, isUnknown: (error: unknown) => boolean): Promise<Answer> {
    try {
      return answerOf(await client.get(path));
    } catch (error) {
      if (isUnknown(error)) return { outcome: 'unknown' };
      throw error;
    }
  }
  const move = (path: string) => (key: string, reference: string) => perform(key, path, { reference }, 'refused');

  return {
    authorise: (key, order, token) => perform(key, '/v1/authorisations', { ...order, token }, 'declined'),
    capture: move('/v1/captures'),
    refund: move('/v1/refunds'),
    settle: move('/v1/settlements'),
    void: (key, authorisationKey) => perform(key, '/v1/voids', { authorisationKey }, 'refused'),
    lookup: (key) => find(`/v1/answers/${encodeURIComponent(key)}`, isKeyUnknown),
    // Not every provider has this route.
    stateOf: (reference) =>
      find(`/v1/authorisations/${encodeURIComponent(reference)}`, (error) => kindOf(error) !== 'unavailable'),
  };
}

const isKeyUnknown = (error: unknown) => error instanceof ServiceError && error.code === 'key-unknown';

// A retry may succeed after a conflict, but not after one with `already` in its code.
function isRefusal({ kind, code }: ServiceError): boolean {
  return refusals.has(kind) || (kind === 'conflict' && /already/.test(code));
}
const refusals = new Set<string>(['invalid', 'not-found', 'gone', 'unprocessable']);

// Events carry the code: a code in another form must not keep them from being published.
function codeOf(code: string): string {
  return /^[a-z][a-z0-9-]{0,63}$/.test(code) ? code : 'provider-refused';
}

function answerOf(body: unknown): Answer {
  const answer = readAnswer(body);
  if (answer.ok) return 'code' in answer.value ? { ...answer.value, code: codeOf(answer.value.code) } : answer.value;
  throw unclear();
}

function unclear(cause?: unknown): ServiceError {
  return new ServiceError('unavailable', 'payment-provider-unclear', 'the provider returned an unrecognised response', {
    cause,
  });
}
