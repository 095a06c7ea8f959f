import { parseKeys } from '@order-events/contracts';
import { createAuth, createMetrics, type Logger } from '@order-events/runtime';
import type { Parts } from '@order-events/service';
import { createRelay } from '@order-events/store';
import { testKeys } from './keys.ts';
import { TEST_ISSUER, TEST_SECRET } from './tokens.ts';

const quiet: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => quiet };

/**
 * Parts for a service's `open` without broker and HTTP: what it stores counts as published at once, nobody answers its
 * calls. `config` has to be given where `open` reads it.
 */
export function someParts<C>(given: Pick<Parts<C>, 'store'> & Partial<Parts<C>>): Parts<C> {
  const { clock = () => new Date(), log = quiet } = given;
  const relay = createRelay({ publish: async () => undefined, log, clock });
  const nobody = async () => Promise.reject(new Error('nobody answers'));
  return {
    config: {} as C,
    clock,
    log,
    metrics: createMetrics('test'),
    auth: createAuth({ secret: TEST_SECRET, issuer: TEST_ISSUER, service: 'test', clock }),
    keys: parseKeys(testKeys()),
    client: () => ({ get: nobody, post: nobody, put: nobody }),
    outbox: () => relay,
    consumer: () => ({ status: () => ({ live: false, inFlight: 0 }), depth: nobody }),
    live: () => ({ broadcast: () => undefined }),
    letters: () => ({ start: nobody, stop: async () => undefined, count: nobody, hold: nobody }),
    onEnd: () => undefined,
    ...given,
  };
}
