import Handlebars from 'handlebars';
import type { Facts } from './facts.ts';
import type { Recipient } from './find-recipient.ts';
import { dateInWords, localeFor, moneyInWords, oneLine, reasonInWords } from './in-words.ts';
import type { Wanted } from './mail.ts';
import type { Letter } from './post.ts';
import { cancellation } from './templates/cancellation.ts';
import { confirmation } from './templates/confirmation.ts';
import type { Template } from './templates/template.ts';

const templates: Readonly<Record<Facts['kind'], Compiled>> = {
  confirmation: compiled(confirmation),
  cancellation: compiled(cancellation),
};

/** The mail as this person gets it. Everything others wrote is escaped in HTML and one line in plain text and headers. */
export function compose({ messageId, userId, facts }: Wanted, { email, name, locale }: Recipient): Letter {
  const recipientName = oneLine(name);
  const view = { recipientName, userId: oneLine(userId), ...viewOf(facts, localeFor(locale)) };
  const { subject, text, html } = templates[facts.kind];
  return {
    messageId,
    to: { name: recipientName, address: email },
    subject: oneLine(subject(view)),
    text: text(view),
    html: html(view),
    priority: facts.kind === 'confirmation' ? 'high' : 'normal',
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
        name: oneLine(name),
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
    refundMethod: oneLine(refund.method),
  };
}

type Compiled = Readonly<Record<keyof Template, (view: object) => string>>;

// Strict: a name that the view doesn't have is a mistake, not an empty place in a customer's mail.
function compiled({ subject, text, html }: Template): Compiled {
  const plain = { strict: true, noEscape: true };
  return {
    subject: Handlebars.compile(subject, plain),
    text: Handlebars.compile(text, plain),
    html: Handlebars.compile(html, { strict: true }),
  };
}
