import { expect, test } from '@jest/globals';
import { MailDeferredError, MailRefusedError, MailServerError, SenderRefusedError } from '../src/errors.ts';
import { verdictOn } from '../src/smtp-verdict.ts';

const address = 'ada@example.org';

test.each([
  // About this mail.
  ['RCPT TO', '550 5.1.1 no such mailbox', MailRefusedError],
  ['RCPT TO', '553 mailbox name not allowed', MailRefusedError],
  ['DATA', '554-5.7.1 looks like spam', MailRefusedError],
  ['DATA', '552 5.3.4 too large', MailRefusedError],
  ['RCPT TO', '451 4.3.0 try later', MailDeferredError],
  ['RCPT TO', '451 local error', MailDeferredError],
  ['RCPT TO', '450 greylisted', MailDeferredError],
  ['RCPT TO', '450 4.2.0 mailbox busy', MailDeferredError],
  ['RCPT TO', '452 mailbox full', MailDeferredError],
  ['RCPT TO', '452 4.2.2 mailbox full', MailDeferredError],
  ['DATA', '450 4.2.1 this mailbox gets mail too fast', MailDeferredError],
  ['DATA', '452 4.2.2 mailbox full', MailDeferredError],
  // About the sender: too many, too fast, the server's own trouble.
  ['RCPT TO', '421 4.3.2 going down', SenderRefusedError],
  ['DATA', '421-4.7.28 unusual rate of mail', SenderRefusedError],
  ['CONN', '421 too many connections', SenderRefusedError],
  ['DATA', '454 Throttling failure: Maximum sending rate exceeded.', SenderRefusedError],
  ['RCPT TO', '454 4.7.0 temporary authentication failure', SenderRefusedError],
  ['RCPT TO', '450 4.7.1 too many mails', SenderRefusedError],
  ['RCPT TO', '451 4.7.650 The mail server has been temporarily rate limited', SenderRefusedError],
  ['RCPT TO', '451 4.7.500 Server busy', SenderRefusedError],
  ['DATA', '450-4.7.1 greylisted', SenderRefusedError],
  ['DATA', '451 too much mail', SenderRefusedError],
  ['DATA', '451 4.3.0 queue file write error', SenderRefusedError],
  ['DATA', '452 insufficient system storage', SenderRefusedError],
  ['RCPT TO', '452 4.3.1 insufficient system storage', SenderRefusedError],
  ['RCPT TO', '452 4.5.3 too many recipients', SenderRefusedError],
  ['DATA', '450 4.3.2 not accepting mail', SenderRefusedError],
  ['DATA', '550 5.4.5 Daily user sending limit exceeded', SenderRefusedError],
  [
    'RCPT TO',
    '550 5.7.232 Your message can’t be sent because your trial tenant exceeded its limit',
    SenderRefusedError,
  ],
  ['RCPT TO', '530 5.7.0 Authentication required', SenderRefusedError],
  // No recipient was named yet.
  ['CONN', '554 no SMTP service here', SenderRefusedError],
  ['CONN', '450 busy', SenderRefusedError],
  ['EHLO', '451 4.3.0 later', SenderRefusedError],
  ['AUTH PLAIN', '535 5.7.8 bad credentials', SenderRefusedError],
  ['AUTH LOGIN', '454 4.7.0 later', SenderRefusedError],
  ['MAIL FROM', '550 sender not allowed', SenderRefusedError],
  ['MAIL FROM', '451 4.7.0 too fast', SenderRefusedError],
  ['MAIL FROM', '452 4.3.1 insufficient system storage', SenderRefusedError],
] as const)('%s answered “%s” is judged by whom it is about', (command, reply, verdict) => {
  const response = `${reply} <${address}>`;
  const error = verdictOn({ code: 'EENVELOPE', command, response, responseCode: Number(reply.slice(0, 3)) });
  expect(error.constructor).toBe(verdict);
  expect(error.message).toContain(reply.slice(0, 3));
  expect(error.message).not.toContain(address);
});

test('the error has the enhanced status code, and none of the text', () => {
  const { message } = verdictOn({ command: 'RCPT TO', response: `450-4.2.1 ${address} is busy`, responseCode: 450 });
  expect(message).toContain('(450 4.2.1)');
});

test.each(['ESOCKET', 'ETIMEDOUT', 'ECONNECTION', 'EDNS', 'ETLS', 'EABORT', undefined])(
  'a connection that fails with %s is the server’s fault',
  (code) => {
    for (const command of ['CONN', 'DATA']) {
      expect(verdictOn({ ...(code && { code }), command }).constructor).toBe(MailServerError);
    }
  },
);

test('a mail whose address the library refuses is never sent', () => {
  expect(verdictOn({ code: 'EENVELOPE', command: 'API' })).toBeInstanceOf(MailRefusedError);
});
