import type { Evidence, Mail } from './evidence.ts';
import { allOf, exactlyOnce, fine, type Verdict } from './verdict.ts';

/**
 * One mail for each event that calls for one, sent, and in the mailbox under a Message-ID of its own. Only a confirmation of an
 * order that was cancelled may be superseded instead; a crash may have left it in the mailbox before.
 */
export function checkMails({ mails, mailbox, events }: Evidence): Verdict {
  const calling = events.filter(({ type, data }) => type === 'order.cancelled.v1' || isConfirmation(type, data));
  const cancelled = new Set(events.flatMap(({ type, subject }) => (type === 'order.cancelled.v1' ? [subject] : [])));
  const isOutdated = ({ status, facts, orderId }: Mail) =>
    status === 'superseded' && facts.kind === 'confirmation' && cancelled.has(orderId);
  const unsent = mails.flatMap(({ id, state }) =>
    state.status === 'sent' || isOutdated(state) ? [] : [`mail ${id} is ${state.status}`],
  );
  const arrived = new Set(mailbox.map(({ id }) => id));
  const due = mails.filter(({ state }) => state.status !== 'superseded' || arrived.has(state.messageId));
  return allOf([
    exactlyOnce(
      'mails',
      calling.map(({ id }) => id),
      mails.map(({ state }) => state.cause.eventId ?? '?'),
    ),
    exactlyOnce(
      'mailbox',
      due.map(({ state }) => state.messageId),
      mailbox.map(({ id }) => id),
    ),
    { ...fine, wrong: unsent },
  ]);
}

/** Deliveries of the same mail again: promised to be possible after a crash in one window, and only there. */
export function repeatsOf({ mailbox }: Evidence): number {
  return mailbox.reduce((sum, { state }) => sum + state.repeats, 0);
}

function isConfirmation(type: string, data: unknown): boolean {
  return type === 'order.status_changed.v1' && (data as { newStatus: number }).newStatus === 1;
}
