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

/** What a payment is stuck on, and how an admin can end that; undefined for one that is not stuck. */
export function stuckOn({ stage, history, cancelled }: Payment) {
  if (stage !== 'stuck') return undefined;
  const last = history.findLast(({ what }) => /^(?:void|refund|settle): refused$/.test(what));
  const call = (last?.what.split(':')[0] ?? (cancelled ? 'refund' : 'settle')) as Refused;
  return { call, since: last?.at, code: last?.code, waysOut: waysOut[call] };
}

/**
 * An admin ends that a payment is stuck, and it is on record who and why. The same request again changes nothing. Throws
 * KeyReusedError for another one under its key, NotStuckError, and NoWayOutError where the outcome is none of its ways out.
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

/** What this admin decided with that key. */
export function resolutionOf({ resolutions = [] }: Payment, { by, key }: Pick<Resolution, 'by' | 'key'>) {
  return resolutions.find((each) => each.by === by && each.key === key);
}

/** Where the payment was when the call was refused: ripe for it once more. */
function stageBefore(call: Refused, { reference }: Payment): Stage {
  if (call !== 'void') return 'captured';
  return reference === undefined ? 'waiting' : 'uncapturable';
}
