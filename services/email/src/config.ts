import { setting } from '@order-events/runtime';

export const emailSettings = {
  SMTP_URL: setting.optional(
    setting.url(
      'smtp:',
      'smtps:',
    )({
      desc: 'the mail server; unset: mail is kept in a local mailbox that can be read',
      example: 'smtps://user:password@mail.example.com',
    }),
  ),
  SMTP_TIMEOUT_MS: setting.integer({ min: 1, max: 60_000 })({
    desc: 'how long the mail server may take until it has all of a mail, in milliseconds',
    default: 10_000,
  }),
  SMTP_ANSWER_TIMEOUT_MS: setting.integer({ min: 1, max: 1_200_000 })({
    desc: 'how long it may then take to answer, in milliseconds; RFC 5321 asks for 10 minutes',
    default: 600_000,
  }),
  MAIL_FROM: setting.matching(
    /^[^<>\p{Cc}]* ?<[^\s<>@]+@[^\s<>@]+>$/u,
    'a name and an address in angle brackets',
  )({
    desc: 'sender of all mail',
    default: 'Order Events <no-reply@order-events.localhost>',
  }),
};
