import type { Facts } from './facts.ts';
import type { Mail } from './mail.ts';

type Kind = Facts['kind'];

/** The kinds of later mails that make a mail untrue. */
const outdatedBy: Readonly<Record<Kind, readonly Kind[]>> = {
  confirmation: ['cancellation'],
  cancellation: [],
};

/**
 * Whether a mail is still true, judged by the other recorded mails of its order. Each mail is recorded before it reads the
 * others, so of two at once at least one sees the other.
 *
 * - `superseded`: a later mail is recorded, sent or not
 * - `wait`: a mail that this one makes untrue may be leaving at this moment; it is sent first, or superseded
 */
export function newsOf(kind: Kind, others: readonly Mail[], now: string): 'true' | 'superseded' | 'wait' {
  if (others.some(({ facts }) => outdatedBy[kind].includes(facts.kind))) return 'superseded';
  const outdated = others.filter(({ facts }) => outdatedBy[facts.kind].includes(kind));
  return outdated.some(({ status, until }) => status === 'sending' && until > now) ? 'wait' : 'true';
}
