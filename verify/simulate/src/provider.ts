import type { Ledger, Request } from '@order-events/payment-provider-sandbox/ledger';
import type { PaymentProvider } from '@order-events/payments/application';
import { ServiceError } from '@order-events/runtime';
import type { SimulatedProcess } from './process.ts';
import { remote } from './remote.ts';
import type { World } from './world.ts';

export interface Sandbox {
  readonly ledger: Ledger;
  /** Undefined once orders has deleted it. */
  tokenOf(orderId: string): Promise<string | undefined>;
}

type Answer = Awaited<ReturnType<PaymentProvider['lookup']>>;

/** The provider's own ledger behind a line that fails before or after the work was done; and orders' door for tokens. */
export function providerFor(world: World, process: SimulatedProcess, { ledger, tokenOf }: Sandbox) {
  const { dangers } = world;
  const fails = () => (dangers.providerFailuresLeft > 0 ? dangers.providerFails : 0);
  const failure = () => {
    dangers.providerFailuresLeft -= 1;
    return new ServiceError('unavailable', 'payment-provider-timeout', 'the provider does not answer');
  };

  function ask<T>(what: string, effect: () => Promise<T>): Promise<T> {
    return remote(world, { process, what, effect, fails, failure });
  }
  const perform = (key: string, request: Request) =>
    ask(`asks the provider ${key}`, async () => ledger.perform(key, request) as Answer);
  const move = (operation: 'capture' | 'refund' | 'settle') => (key: string, reference: string) =>
    perform(key, { operation, reference });

  const provider: PaymentProvider = {
    authorise: (key, order, token) => perform(key, { operation: 'authorise', order: { ...order, token } }),
    capture: move('capture'),
    refund: move('refund'),
    settle: move('settle'),
    void: (key, authorisationKey) => perform(key, { operation: 'void', authorisationKey }),
    lookup: (key) =>
      ask(`looks up ${key}`, async () => (ledger.lookup(key) as Answer | undefined) ?? { outcome: 'unknown' }),
    stateOf: (reference) =>
      ask(
        `looks up ${reference}`,
        async () => (ledger.stateOf(reference) as Answer | undefined) ?? { outcome: 'unknown' },
      ),
  };
  return { provider, tokenOf: (orderId: string) => ask(`asks for the token of ${orderId}`, () => tokenOf(orderId)) };
}
