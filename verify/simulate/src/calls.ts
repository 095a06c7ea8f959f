import type { ServiceName } from '@order-events/contracts';
import type { Ledger, Request } from '@order-events/payment-provider-sandbox/ledger';
import { ServiceError } from '@order-events/runtime';
import type { Calls } from '@order-events/service';
import type { SimulatedProcess } from './process.ts';
import { remote } from './remote.ts';
import type { World } from './world.ts';

export interface Sandbox {
  readonly ledger: Ledger;
  /** Undefined once orders has deleted it. */
  tokenOf(orderId: string): Promise<string | undefined>;
}

const nobody = async () => Promise.reject(new ServiceError('unavailable', 'nobody-answers', 'nobody answers here'));
const silent: Calls = { get: nobody, post: nobody, put: nobody };

/** Calls of one process: payments reaches the provider's ledger, and the tokens that orders keeps; nobody else answers. */
export function callsOf(world: World, process: SimulatedProcess, { ledger, tokenOf }: Sandbox) {
  const { dangers } = world;
  const fails = () => (dangers.providerFailuresLeft > 0 ? dangers.providerFails : 0);
  const failure = () => {
    dangers.providerFailuresLeft -= 1;
    return new ServiceError('unavailable', 'payment-provider-timeout', 'the provider does not answer');
  };

  /** Over a line that fails before or after the work was done. */
  function ask<T>(what: string, effect: () => Promise<T>): Promise<T> {
    return remote(world, { process, what, effect, fails, failure });
  }

  const provider: Calls = {
    ...silent,
    post(path, body, { headers } = {}) {
      const key = headers?.['idempotency-key'] ?? '';
      return ask(`asks the provider ${key}`, async () => ledger.perform(key, requestAt(path, body)));
    },
    get(path) {
      const [kind, name = ''] = path.split('/').slice(2).map(decodeURIComponent);
      const look = () => (kind === 'answers' ? ledger.lookup(name) : ledger.stateOf(name));
      return ask(`looks up ${name}`, async () => look() ?? unknown());
    },
  };
  const orders: Calls = {
    ...silent,
    get(path) {
      const [id = ''] = path.split('/').slice(3);
      return ask(`asks for the token of ${id}`, async () => ({ token: (await tokenOf(id)) ?? gone() }));
    },
  };
  const answering: Partial<Record<ServiceName, Calls>> =
    process.service === 'payments' ? { sandbox: provider, orders } : {};
  return (callee: ServiceName): Calls => answering[callee] ?? silent;
}

/** What a POST to the provider asks for: its paths are those of the sandbox's routes. */
function requestAt(path: string, body: unknown): Request {
  if (path === '/v1/authorisations') return { operation: 'authorise', order: body } as Request;
  const operations: Readonly<Record<string, Exclude<Request['operation'], 'authorise'>>> = {
    '/v1/captures': 'capture',
    '/v1/refunds': 'refund',
    '/v1/settlements': 'settle',
    '/v1/voids': 'void',
  };
  return { operation: operations[path], ...(body as object) } as Request;
}

function unknown(): never {
  throw new ServiceError('not-found', 'key-unknown', 'nothing was done with this key');
}

function gone(): never {
  throw new ServiceError('gone', 'payment-token-gone', 'the token is deleted');
}
