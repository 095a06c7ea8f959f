import { expect, test } from '@jest/globals';
import { MailDeferredError, MailRefusedError, MailServerError } from '../src/errors.ts';
import { verdictOn } from '../src/smtp-post.ts';

const address = 'ada@example.org';

test.each([
  ['RCPT TO', 550, '550 5.1.1 no such mailbox', MailRefusedError],
  ['DATA', 554, '554-5.7.1 looks like spam', MailRefusedError],
  ['RCPT TO', 451, '451 4.3.0 try later', MailDeferredError],
  ['RCPT TO', 452, '452 mailbox full', MailDeferredError],
  ['DATA', 450, '450 4.7.1 greylisted', MailDeferredError],
  // The server closes the door, whatever it was asked.
  ['RCPT TO', 421, '421 4.3.2 going down', MailServerError],
  ['CONN', 421, '421 too many connections', MailServerError],
  // Nobody was named yet: it takes nothing from us.
  ['AUTH PLAIN', 535, '535 5.7.8 bad credentials', MailServerError],
  ['MAIL FROM', 550, '550 sender not allowed', MailServerError],
  ['MAIL FROM', 451, '451 4.7.0 too fast', MailServerError],
] as const)('%s answered %i is judged by whom it is about', (command, responseCode, reply, verdict) => {
  const response = `${reply} <${address}>`;
  const error = verdictOn({ code: 'EENVELOPE', command, response, responseCode });
  expect(error).toBeInstanceOf(verdict);
  expect(error.message).toContain(String(responseCode));
  expect(error.message).not.toContain(address);
});

test.each(['ESOCKET', 'ETIMEDOUT', 'ECONNECTION', 'EDNS', 'ETLS', 'EABORT', undefined])(
  'a connection that fails with %s is the server’s fault',
  (code) => {
    expect(verdictOn({ ...(code && { code }), command: 'CONN' })).toBeInstanceOf(MailServerError);
    expect(verdictOn({ ...(code && { code }), command: 'DATA' })).toBeInstanceOf(MailServerError);
  },
);

test('what the library takes for no address is never sent', () => {
  expect(verdictOn({ code: 'EENVELOPE', command: 'API' })).toBeInstanceOf(MailRefusedError);
});
