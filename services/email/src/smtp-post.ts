import { createTransport } from 'nodemailer';
import { MailDeferredError, MailRefusedError, MailServerError } from './errors.ts';
import type { Letter, Post } from './post.ts';

export interface SmtpOptions {
  readonly url: string;
  /** `Name <address>` */
  readonly from: string;
  /** For one mail, from waiting for a connection to the server's last word. */
  readonly timeoutMs: number;
  /** As many as mails are sent at once: none waits for another. */
  readonly connections: number;
}

/** The mail server, over connections that are kept open. */
export function createSmtpPost({ url, from, timeoutMs, connections }: SmtpOptions): Post {
  const transport = createTransport({
    url,
    pool: true,
    maxConnections: connections,
    // Once, for a kept connection that the server had closed meanwhile; only before a byte of the mail was sent.
    maxRequeues: 1,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });

  async function deliver(letter: Letter): Promise<void> {
    try {
      // Aborting closes its connection: what has no answer by then isn't under way any more.
      await transport.sendMail({ ...letter, from, signal: AbortSignal.timeout(timeoutMs) });
    } catch (error) {
      throw verdictOn(error as SmtpError);
    }
  }

  return { deliver, close: () => transport.close() };
}

interface SmtpError {
  /** nodemailer's own. */
  readonly code?: string;
  readonly command?: string;
  readonly response?: string;
  readonly responseCode?: number;
}

/** Whose fault it is: from RCPT on the server speaks of this mail, before that of everybody's. 421 closes the door. */
export function verdictOn({ code = 'EUNKNOWN', command, response = '', responseCode }: SmtpError): Error {
  const reply = /^\d{3}[ -]\d\.\d{1,3}\.\d{1,3}/.exec(response)?.[0].replace('-', ' ') ?? String(responseCode ?? code);
  const isAboutThisMail = command === 'RCPT TO' || command === 'DATA';
  if (responseCode && responseCode !== 421 && isAboutThisMail) {
    return responseCode >= 500 ? new MailRefusedError(reply) : new MailDeferredError(reply);
  }
  // Never sent: the library itself takes the address for none.
  if (!responseCode && code === 'EENVELOPE') return new MailRefusedError(reply);
  return new MailServerError(reply);
}
