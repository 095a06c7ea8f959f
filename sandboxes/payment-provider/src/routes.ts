import { randomUUID } from 'node:crypto';
import { bodyReader, looksLikeCard, ServiceError } from '@order-events/runtime';
import type { Request as HttpRequest, Router } from 'express';
import Type, { type Static, type TSchema } from 'typebox';
import { compile } from './check.ts';
import { currencies } from './currencies.ts';
import { type FaultSwitch, noFaults } from './faults.ts';
import type { Ledger, Request } from './ledger.ts';
import type { Protocol } from './protocol.ts';

const text = Type.String({ minLength: 1, maxLength: 200 });
const strict = { additionalProperties: false };

const order = Type.Object(
  {
    orderId: text,
    amount: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
    currency: Type.Enum([...currencies]),
    method: text,
    token: text,
  },
  strict,
);
const authorisation = Type.Object({ reference: text }, strict);
const voiding = Type.Object({ authorisationKey: text }, strict);
const faults = Type.Object(
  {
    errorRate: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
    delayMs: Type.Optional(Type.Integer({ minimum: 0, maximum: 60_000 })),
    down: Type.Optional(Type.Boolean()),
  },
  strict,
);

/** The protocol's doors: every POST carries an Idempotency-Key and is answered 200 with an outcome, also a decline. */
export function serveProtocol(router: Router, { perform, lookup, stateOf }: Protocol, switchboard: FaultSwitch): void {
  router.use('/v1', (req, _res, next) => {
    if (switchboard.faults.down) req.socket.destroy();
    else next();
  });
  const door = <S extends TSchema>(path: string, schema: S, request: (body: Static<S>) => Request) => {
    const read = bodyReader(compile(schema));
    router.post(path, async (req, res) => void res.json(await perform(keyOf(req), request(read(req.body)))));
  };
  door('/v1/authorisations', order, (body) => ({ operation: 'authorise', order: withoutCardNumber(body) }));
  door('/v1/captures', authorisation, ({ reference }) => ({ operation: 'capture', reference }));
  door('/v1/refunds', authorisation, ({ reference }) => ({ operation: 'refund', reference }));
  door('/v1/settlements', authorisation, ({ reference }) => ({ operation: 'settle', reference }));
  door('/v1/voids', voiding, ({ authorisationKey }) => ({ operation: 'void', authorisationKey }));
  router.get('/v1/answers/:key', async (req, res) => {
    const answer = await lookup(req.params.key);
    if (!answer) throw new ServiceError('not-found', 'key-unknown', 'nothing was done with this key');
    res.json(answer);
  });
  router.get('/v1/authorisations/:reference', async (req, res) => {
    const answer = await stateOf(req.params.reference);
    if (!answer) throw referenceUnknown();
    res.json(answer);
  });
}

const dashboard = { captures: 'capture', refunds: 'refund', settlements: 'settle', voids: 'void' } as const;

/** What people do in the provider's dashboard, behind the back of whoever asked for the authorisation. No faults, no keys. */
export function serveDashboard(router: Router, ledger: Ledger): void {
  const read = bodyReader(compile(authorisation));
  for (const [path, operation] of Object.entries(dashboard)) {
    router.post(`/dashboard/${path}`, (req, res) => {
      const { reference } = read(req.body);
      const found = ledger.authorisations().find((each) => each.reference === reference);
      if (!found) throw referenceUnknown();
      const request: Request =
        operation === 'void' ? { operation, authorisationKey: found.key } : { operation, reference, byHand: true };
      res.json(ledger.perform(`dashboard.${randomUUID()}`, request));
    });
  }
}

/** For whoever watches or disturbs the sandbox; faults never reach these. */
export function serveControls(router: Router, ledger: Ledger, switchboard: FaultSwitch): void {
  const read = bodyReader(compile(faults));
  router.get('/ledger', (_req, res) => void res.json({ authorisations: ledger.authorisations() }));
  router.get('/faults', (_req, res) => void res.json(switchboard.faults));
  router.put('/faults', (req, res) => {
    switchboard.faults = { ...noFaults, ...read(req.body) };
    res.json(switchboard.faults);
  });
}

function referenceUnknown(): ServiceError {
  return new ServiceError('not-found', 'reference-unknown', 'there is no authorisation of this reference');
}

function keyOf(req: HttpRequest): string {
  const key = req.get('idempotency-key');
  if (key && key.length <= 200) return key;
  throw new ServiceError(
    'invalid',
    'idempotency-key-missing',
    'a POST needs an Idempotency-Key of 1 to 200 characters',
  );
}

function withoutCardNumber<T extends { token: string; method: string }>(body: T): T {
  if (!looksLikeCard(body.token) && !looksLikeCard(body.method)) return body;
  throw new ServiceError('invalid', 'card-number-refused', 'this looks like a card number; only tokens are taken here');
}
