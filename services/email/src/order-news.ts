import type { Facts } from './facts.ts';
import type { Mail } from './mail.ts';

type Kind = Facts['kind'];

/** Which later news makes a mail's untrue. */
const outdatedBy: Readonly<Record<Kind, readonly Kind[]>> = {
  confirmation: ['cancellation'],
  cancellation: [],
};

/**
 * Whether the news of a mail is still to be told, by the other mails recorded of its order. Each mail is on record before
 * it looks at the others, so of two at once at least one sees the other.
 *
 * - `superseded`: later news is on record, whatever became of its mail
 * - `wait`: a mail that this one makes untrue may be on its way at this moment; it goes first, or it is superseded
 */
export function newsOf(kind: Kind, others: readonly Mail[], now: string): 'true' | 'superseded' | 'wait' {
  if (others.some(({ facts }) => outdatedBy[kind].includes(facts.kind))) return 'superseded';
  const outdated = others.filter(({ facts }) => outdatedBy[facts.kind].includes(kind));
  return outdated.some(({ status, until }) => status === 'sending' && until > now) ? 'wait' : 'true';
}
