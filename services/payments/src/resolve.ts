import { type Decision, decide, unchanged } from '@order-events/store';
import { KeyReusedError, NotStuckError, NoWayOutError } from './errors.ts';
import { arrive } from './outcome.ts';
import { noted, type Payment, type Resolution, type Stage } from './payment.ts';

type Refused = 'void' | 'refund' | 'settle';

const waysOut: Readonly<Record<Refused, readonly Resolution['outcome'][]>> = {
  void: ['retry', 'voided'],
  refund: ['retry', 'refunded'],
  settle: ['retry', 'settled', 'refunded'],
};

const mostResolutions = 100;

/** The call that a payment is stuck on, and how an admin can resolve it; undefined for a payment that is not stuck. */
export function stuckOn({ stage, history, cancelled }: Payment) {
  if (stage !== 'stuck') return undefined;
  const last = history.findLast(({ what }) => /^(?:void|refund|settle): refused$/.test(what));
  const call = (last?.what.split(':')[0] ?? (cancelled ? 'refund' : 'settle')) as Refused;
  return { call, since: last?.at, code: last?.code, waysOut: waysOut[call] };
}

/**
 * An admin resolves a stuck payment; the admin and the reason are recorded. A repeat of the request changes nothing. Throws
 * KeyReusedError for another request under the same key, NotStuckError, and NoWayOutError for an impossible outcome.
 */
export function resolve(payment: Payment, wanted: Resolution): Decision<Payment> {
  const { outcome, reason, by, at } = wanted;
  const known = resolutionOf(payment, wanted);
  if (known && (known.outcome !== outcome || known.reason !== reason)) throw new KeyReusedError();
  if (known) return unchanged(payment);
  const stuck = stuckOn(payment);
  if (!stuck) throw new NotStuckError(payment.orderId, payment.stage);
  if (!stuck.waysOut.includes(outcome)) throw new NoWayOutError(payment.orderId, stuck.call, stuck.waysOut);
  const free: Payment = {
    ...noted(payment, { at, what: `resolved: ${outcome}`, by, reason }),
    resolutions: [...(payment.resolutions ?? []), wanted].slice(-mostResolutions),
    stage: stageBefore(stuck.call, payment),
  };
  if (outcome === 'retry') return decide({ ...free, retries: (payment.retries ?? 0) + 1 });
  return arrive(free, stuck.call, { outcome });
}

/** The decision of this admin under that key. */
export function resolutionOf({ resolutions = [] }: Payment, { by, key }: Pick<Resolution, 'by' | 'key'>) {
  return resolutions.find((each) => each.by === by && each.key === key);
}

/** The stage before the refused call: the payment is ripe for it again. */
function stageBefore(call: Refused, { reference }: Payment): Stage {
  if (call !== 'void') return 'captured';
  return reference === undefined ? 'waiting' : 'uncapturable';
}
