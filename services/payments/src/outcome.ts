import {
  paymentAuthorized,
  paymentCaptured,
  paymentDeclined,
  paymentFailed,
  paymentRefunded,
  paymentSettled,
  paymentVoided,
} from '@order-events/contracts';
import { type Change, decide } from '@order-events/store';
import type { Answer, CallKind, Found, Payment } from './payment.ts';

/** The payment after an answer of the provider, with its events. */
export function outcome(
  payment: Payment,
  kind: CallKind,
  answer: Exclude<Answer, { outcome: 'unknown' }>,
): Change<Payment> {
  const sum = figuresOf(payment);
  switch (answer.outcome) {
    case 'declined':
      return decide({ ...payment, stage: 'declined' }, paymentDeclined({ ...sum, code: answer.code }));
    case 'refused': {
      const stage = kind === 'capture' ? 'uncapturable' : 'stuck';
      return decide({ ...payment, stage }, paymentFailed({ ...sum, code: answer.code, step: stepOf(kind) }));
    }
    case 'barred':
      return decide({ ...payment, stage: 'barred' });
    case 'no-token':
      return decide({ ...payment, tokenGone: true });
    default:
      return arrive(payment, kind, answer);
  }
}

/**
 * Adopts the state of the money at the provider, also when it was changed by hand, and publishes each step to it that was
 * not published yet, so that amounts add up in events too. Money paid out early counts as captured: it can be refunded.
 */
export function arrive(
  payment: Payment,
  kind: CallKind,
  { outcome: state, reference, code = 'already-voided' }: Omit<Found, 'reference'> & Partial<Found>,
): Change<Payment> {
  const sum = figuresOf(payment);
  const known = { ...payment, ...(reference !== undefined && { reference }) };
  const wasTaken = payment.stage === 'captured';
  // An authorisation that was done without a response is published now.
  const authorised = payment.stage === 'waiting' ? [paymentAuthorized(sum)] : [];
  const captured = wasTaken ? [] : [...authorised, paymentCaptured(sum)];
  switch (state) {
    case 'authorised':
      return decide({ ...known, stage: 'authorised' }, ...authorised);
    case 'voided': {
      if (wasTaken) return decide({ ...known, stage: 'refunded' }, paymentRefunded(sum));
      const failed = kind === 'capture' ? [paymentFailed({ ...sum, code, step: 'capture' })] : [];
      return decide({ ...known, stage: 'voided' }, ...authorised, ...failed, paymentVoided(sum));
    }
    case 'refunded':
      return decide({ ...known, stage: 'refunded' }, ...captured, paymentRefunded(sum));
    case 'settled':
      if (kind === 'settle') return decide({ ...known, stage: 'settled' }, ...captured, paymentSettled(sum));
      return decide({ ...known, stage: 'captured' }, ...captured);
    case 'captured':
      return decide({ ...known, stage: 'captured' }, ...captured);
  }
}

/** The state that a refusal names in its code, for a provider without a route for states. */
export function statedBy(code: string, reference: string): Answer {
  const state = /^already-(captured|voided|refunded|settled)$/.exec(code)?.[1] as Found['outcome'] | undefined;
  return state ? { outcome: state, reference } : { outcome: 'unknown' };
}

/** Whether the money is further than recorded: then the refusal means that it was moved by hand before. */
export function isFurther(found: Answer, { stage }: Payment, kind: CallKind): found is Found {
  switch (found.outcome) {
    case 'voided':
    case 'refunded':
      return true;
    case 'captured':
      return stage !== 'captured';
    case 'settled':
      return stage !== 'captured' || kind === 'settle';
    default:
      return false;
  }
}

const stepOf = (kind: CallKind) => (kind === 'authorise' ? 'authorize' : kind);

function figuresOf({ orderId, terms }: Payment) {
  if (!terms) throw new Error(`the payment of order ${orderId} has no amount yet`);
  return { orderId, ...terms };
}
