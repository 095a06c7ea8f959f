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

/** What an answer makes of the payment, and what is said of it. */
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
 * Takes the state in which the provider has the money, whoever brought it there, and says each step to it that was not
 * said yet: so amounts add up in events, too. What the provider paid out early is captured for us: it can be refunded.
 */
export function arrive(
  payment: Payment,
  kind: CallKind,
  { outcome: state, reference, code = 'already-voided' }: Omit<Found, 'reference'> & Partial<Found>,
): Change<Payment> {
  const sum = figuresOf(payment);
  const known = { ...payment, ...(reference !== undefined && { reference }) };
  const wasTaken = payment.stage === 'captured';
  // An authorise that was never answered, yet done, is said now.
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

/** The state that a refusal names by itself: all there is to go by where the provider can't be asked for it. */
export function statedBy(code: string, reference: string): Answer {
  const state = /^already-(captured|voided|refunded|settled)$/.exec(code)?.[1] as Found['outcome'] | undefined;
  return state ? { outcome: state, reference } : { outcome: 'unknown' };
}

/** Whether the money has come further than we know: then a refusal only says that somebody else was there first. */
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
  if (!terms) throw new Error(`payment of order ${orderId} was asked for before its amount was known`);
  return { orderId, ...terms };
}
