import Type from 'typebox';
import { defineEvent } from './event.ts';
import { exampleOrderId } from './examples.ts';
import { closed, code, idText, uuid } from './fields.ts';

const mail = {
  mailId: idText,
  orderId: uuid,
  kind: Type.String({ title: 'a kind of mail such as confirmation', pattern: '^[a-z][a-z-]{0,31}$', maxLength: 32 }),
  /** Stable: derived from the event behind the mail. */
  messageId: Type.String({ minLength: 3, maxLength: 256 }),
};
const example = {
  mailId: '0199a3f0-7c1e-7b52-9d0a-3f5e6a7b8c9d',
  orderId: exampleOrderId,
  kind: 'confirmation',
  messageId: '<0199a3f0-7c1e-7b52-9d0a-3f5e6a7b8c9d@order-events>',
};
const common = { owner: 'email', version: '1.0.0' } as const;

export const emailSent = defineEvent('email.sent.v1', {
  ...common,
  summary: 'A mail was taken over by the mail server.',
  data: closed(mail),
  example,
});

export const emailFailed = defineEvent('email.failed.v1', {
  ...common,
  summary: 'A mail was refused for good, or its attempts are used up.',
  data: closed({ ...mail, code }),
  example: { ...example, code: 'recipient-refused' },
});

export const emailEvents = [emailSent, emailFailed];
