import type { EventDraft } from '@order-events/contracts';
import { createLedger, type Ledger, type Request } from '@order-events/payment-provider-sandbox/ledger';
import { ServiceError } from '@order-events/runtime';
import type { Cause, Change, Document, Documents, Unchanged } from '@order-events/store';
import { newDocument } from '@order-events/store';
import { createMoneyMover } from '../src/move-money.ts';
import type { Answer, Payment } from '../src/payment.ts';
import type { PaymentProvider } from '../src/provider.ts';
import { paymentHandlers } from '../src/subscriptions.ts';

export const leaseMs = 6000;

/** The process died: its next steps do not happen. */
export class Crash extends Error {}

/** One handler's life: others run and time passes at each step, and any step can be its last. */
export interface Life {
  step(): Promise<void>;
  /** How the next call to the provider goes. */
  fault(): Fault;
}

/** A number: the caller gets no response, and its request arrives only after that many steps of all handlers. */
export type Fault = 'none' | 'lost on the way there' | 'lost on the way back' | number;

const lost = () => new ServiceError('unavailable', 'lost', 'the provider returned no response');

/** One payment document and one provider, used by any number of handlers that live and die. */
export function createPaymentsUnderTest({ token }: { token: string }) {
  const ledger = createLedger();
  const published: string[] = [];
  let stored: Document<Payment> | undefined;
  let time = Date.parse('2026-03-01T10:00:00Z');
  let steps = 0;
  let inTransit: { after: number; arrive: () => void }[] = [];

  /** Delivers the requests that are due to the provider. */
  function deliver(by: number): void {
    const due = inTransit.filter(({ after }) => after <= by);
    inTransit = inTransit.filter(({ after }) => after > by);
    for (const { arrive } of due) arrive();
  }

  function store(life: Life): Pick<Documents<Payment>, 'change'> {
    async function change(
      id: string,
      decision: (state?: Payment) => Change<Payment> | Unchanged<Payment>,
      cause: Cause,
    ) {
      for (;;) {
        await life.step();
        const before = stored ?? newDocument<Payment>(id, undefined as unknown as Payment);
        if (cause.eventId && before.seen.includes(cause.eventId)) return { document: before, changed: false };
        const decided = decision(stored?.state);
        if ('unchanged' in decided) return { document: before, changed: false };
        await life.step();
        if (stored && stored !== before) continue;
        const seen = cause.eventId ? [...before.seen, cause.eventId] : before.seen;
        stored = { ...before, state: decided.state, seen };
        published.push(...decided.events.map((event: EventDraft) => event.contract.type));
        await life.step();
        return { document: stored, changed: true };
      }
    }
    return { change: change as Documents<Payment>['change'] };
  }

  function provider(life: Life): PaymentProvider {
    async function call(work: () => Answer): Promise<Answer> {
      const fault = life.fault();
      if (typeof fault === 'number') inTransit.push({ after: steps + fault, arrive: work });
      await life.step();
      if (fault === 'lost on the way there' || typeof fault === 'number') throw lost();
      const answer = work();
      await life.step();
      if (fault === 'lost on the way back') throw lost();
      return answer;
    }
    return providerOver(ledger, call);
  }

  return {
    ledger,
    published,
    payment: () => stored?.state,
    /** One step of any handler: time passes, and requests on their way may arrive. */
    pass(ms: number): void {
      time += ms;
      deliver(++steps);
    },
    /** Moves the money in the provider's dashboard after that many steps, where there is an authorisation. */
    byHand(after: number, operation: 'capture' | 'void' | 'refund' | 'settle'): void {
      const arrive = () => {
        const [found] = ledger.authorisations();
        if (!found) return;
        const { reference, key } = found;
        const request: Request =
          operation === 'void' ? { operation, authorisationKey: key } : { operation, reference, byHand: true };
        ledger.perform(`dashboard.${operation}.${after}`, request);
      };
      inTransit.push({ after, arrive });
    },
    deliverAll: () => deliver(Number.POSITIVE_INFINITY),
    /** The service's own handlers and calls, over this store and this provider. */
    handlers: (life: Life) => {
      const payments = store(life);
      const parts = {
        payments,
        provider: provider(life),
        tokenOf: async () => token,
        clock: () => new Date(time),
        leaseMs,
      };
      return paymentHandlers(payments, createMoneyMover(parts));
    },
  };
}

/** The sandbox's ledger as the service sees a provider, each call made by way of `call`. */
export function providerOver(ledger: Ledger, call: (work: () => Answer) => Promise<Answer>): PaymentProvider {
  const perform = (key: string, request: Request) => call(() => ledger.perform(key, request) as Answer);
  return {
    authorise: (key, order, token) => perform(key, { operation: 'authorise', order: { ...order, token } }),
    capture: (key, reference) => perform(key, { operation: 'capture', reference }),
    refund: (key, reference) => perform(key, { operation: 'refund', reference }),
    settle: (key, reference) => perform(key, { operation: 'settle', reference }),
    void: (key, authorisationKey) => perform(key, { operation: 'void', authorisationKey }),
    lookup: (key) => call(() => (ledger.lookup(key) as Answer) ?? { outcome: 'unknown' }),
    stateOf: (reference) => call(() => (ledger.stateOf(reference) as Answer) ?? { outcome: 'unknown' }),
  };
}
