import Handlebars from 'handlebars';
import type { Facts } from './facts.ts';
import type { Recipient } from './find-recipient.ts';
import { oneLine, readsFromTheRight, withoutLinks } from './foreign-text.ts';
import { dateInWords, localeFor, moneyInWords, reasonInWords } from './in-words.ts';
import type { Wanted } from './mail.ts';
import type { OutgoingMail } from './post.ts';
import { cancellation } from './templates/cancellation.ts';
import { confirmation } from './templates/confirmation.ts';
import type { Template } from './templates/template.ts';

const templates: Readonly<Record<Facts['kind'], Compiled>> = {
  confirmation: compiled(confirmation),
  cancellation: compiled(cancellation),
};

/**
 * The mail as this person gets it. Text of other people is one line, escaped in HTML, isolated in its reading direction, and
 * never a link. The customer's id is for tracing a confirmation: it is in a header, never in the text.
 */
export function compose({ messageId, userId, facts }: Wanted, { email, name, locale }: Recipient): OutgoingMail {
  const view = { recipientName: withoutLinks(name), ...viewOf(facts, localeFor(locale)) };
  const { subject, text, html } = templates[facts.kind];
  return {
    messageId,
    to: { name: oneLine(name), address: email },
    subject: subject(view),
    text: text(view),
    html: html(view),
    priority: facts.kind === 'confirmation' ? 'high' : 'normal',
    headers: {
      // RFC 3834: automatic responders send no reply.
      'Auto-Submitted': 'auto-generated',
      ...(facts.kind === 'confirmation' && { 'X-Customer-Id': oneLine(userId) }),
    },
  };
}

function viewOf(facts: Facts, locale: string): object {
  const { orderNumber } = facts;
  if (facts.kind === 'confirmation') {
    const { items, totalAmount, currency, estimatedDelivery } = facts;
    const money = (amount: number) => moneyInWords(amount, currency, locale);
    return {
      orderNumber,
      items: items.map(({ name, quantity, lineTotal }) => ({
        name: withoutLinks(name),
        quantity,
        lineTotal: money(lineTotal),
      })),
      totalAmount: money(totalAmount),
      estimatedDelivery: estimatedDelivery ? dateInWords(estimatedDelivery, locale) : '',
    };
  }
  const { refund, code } = facts;
  return {
    orderNumber,
    reason: reasonInWords(code),
    refundAmount: refund.amount > 0 ? moneyInWords(refund.amount, refund.currency, locale) : '',
    refundMethod: withoutLinks(refund.method),
  };
}

type Compiled = Readonly<Record<keyof Template, (view: object) => string>>;

// Strict: a name that the view doesn't have is an error, not a gap in a customer's mail.
function compiled({ subject, text, html }: Template): Compiled {
  const plain = { strict: true, noEscape: true };
  const [asText, asHtml] = [Handlebars.compile(text, plain), Handlebars.compile(html, { strict: true })];
  return {
    subject: Handlebars.compile(subject, plain),
    text: (view) => asText(view, { helpers: { apart: apartInText } }),
    html: (view) => asHtml(view, { helpers: { apart: apartInHtml } }),
  };
}

// Text from right to left is isolated; otherwise it would move the price beside it.

function apartInText(text: string): string {
  return readsFromTheRight(text) ? `\u2068${text}\u2069` : text;
}

function apartInHtml(text: string): Handlebars.SafeString {
  const escaped = Handlebars.escapeExpression(text);
  return new Handlebars.SafeString(readsFromTheRight(text) ? `<bdi>${escaped}</bdi>` : escaped);
}
