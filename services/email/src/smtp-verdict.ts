import { MailDeferredError, MailRefusedError, MailServerError, SenderRefusedError } from './errors.ts';

/** The mail library's error for a mail that was not accepted. */
export interface SmtpError {
  /** The library's own code. */
  readonly code?: string;
  /** The SMTP command that failed, or `DATA` for the mail itself. */
  readonly command?: string;
  readonly response?: string;
  readonly responseCode?: number;
}

/**
 * Whether a response is about the sender, not about this mail. About the sender are:
 *
 * - 421: the server ends the session, too many of them or of mails (RFC 5321 3.8, 4.2.2)
 * - 454: no authentication or TLS at present (RFC 4954 6, RFC 3207 4); "Maximum sending rate exceeded" (Amazon SES, SMTP responses)
 * - 530: authentication is required, also as the response to a recipient (RFC 4954 6)
 * - x.7.x with 4xx: policy, of which sending rates are most (RFC 3463 3.8; 4.7.0 Gmail and Yahoo, 4.7.500 and 4.7.650 Exchange Online)
 * - 451 but to a recipient: the server's local error, or its limit on mails (RFC 5321 4.2.2)
 * - 452 of the system or the session, 4.3.x or 4.5.3, or bare to the mail itself (RFC 5321 4.2.2; RFC 3463 3.4, 3.6)
 * - 4.3.x, 4.4.x and 4.5.x to the mail itself: its system, network, protocol (RFC 3463 3.4 to 3.6)
 * - quotas with 5xx: 5.4.5 (Gmail), 5.1.90, 5.7.232, 5.7.233, 5.7.705 (Exchange Online)
 * - every response before a recipient is named: to greeting, EHLO, AUTH, MAIL FROM
 *
 * All others are about this mail: 450, 451 and 452 to a recipient (mailbox busy, greylisted, full), 5xx to a recipient or to the mail.
 */
export function isAboutSender({ command, response = '', responseCode = 0 }: SmtpError): boolean {
  const status = statusIn(response);
  const toRecipient = command === 'RCPT TO';
  if (!toRecipient && command !== 'DATA') return true;
  if ([421, 454, 530].includes(responseCode) || status.startsWith('4.7.') || quotas.has(status)) return true;
  if (responseCode === 452) return /^4\.(3\.|5\.3$)/.test(status) || (!toRecipient && status === '');
  return !toRecipient && (responseCode === 451 || /^4\.[345]\./.test(status));
}

const quotas: ReadonlySet<string> = new Set(['5.4.5', '5.1.90', '5.7.232', '5.7.233', '5.7.705']);

/** The error for the caller. The text of a response repeats the address, so only its numbers are kept. */
export function verdictOn(error: SmtpError): Error {
  const { code = 'EUNKNOWN', response = '', responseCode } = error;
  // Never sent: the library itself refuses the address.
  if (!responseCode) return code === 'EENVELOPE' ? new MailRefusedError(code) : new MailServerError(code);
  const reply = [responseCode, statusIn(response)].filter(Boolean).join(' ');
  if (isAboutSender(error)) return new SenderRefusedError(reply);
  return responseCode >= 500 ? new MailRefusedError(reply) : new MailDeferredError(reply);
}

/** The enhanced status code (RFC 3463), `4.7.1`; empty where there is none. */
function statusIn(response: string): string {
  return /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})\b/.exec(response)?.[1] ?? '';
}
