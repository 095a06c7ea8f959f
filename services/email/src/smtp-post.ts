import { Readable } from 'node:stream';
import { createTransport } from 'nodemailer';
import { FateUnknownError } from './errors.ts';
import type { BeforeLastDot, OutgoingMail, Post } from './post.ts';
import { type SmtpError, verdictOn } from './smtp-verdict.ts';

export interface SmtpOptions {
  readonly url: string;
  /** `Name <address>` */
  readonly from: string;
  /** Time from waiting for a connection until all of the mail but its last dot has left, in milliseconds. */
  readonly timeoutMs: number;
  /** Time from the last dot to the response, in milliseconds: RFC 5321 (4.5.3.2.6) gives the server 10 minutes. */
  readonly answerTimeoutMs: number;
  /** As many as mails are sent at once, so that none waits for another. */
  readonly connections: number;
}

/** The mail server, over connections that are kept open. */
export function createSmtpPost({ url, from, timeoutMs, answerTimeoutMs, connections }: SmtpOptions): Post {
  const transport = createTransport({
    url,
    pool: true,
    maxConnections: connections,
    // Once, for a kept connection that the server has closed; only before a byte of the mail was sent.
    maxRequeues: 1,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    // Of silence. Longer than the own limits, which distinguish whether the server may have the mail.
    socketTimeout: timeoutMs + answerTimeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  transport.use('stream', ({ data, message }, done) => {
    const { beforeLastDot } = data as { beforeLastDot?: BeforeLastDot };
    // Read only once the server has requested the mail (354). An error here ends the connection without a last dot.
    if (beforeLastDot) message.processFunc((mail) => Readable.from(held(mail, beforeLastDot), { objectMode: false }));
    done();
  });

  async function deliver(outgoing: OutgoingMail, beforeLastDot: BeforeLastDot): Promise<void> {
    const bounds = createBounds(timeoutMs);
    const stop: { reason?: unknown } = {};
    let left = false;
    async function leave(): Promise<void> {
      bounds.restart(answerTimeoutMs);
      await beforeLastDot().catch((error: unknown) => {
        stop.reason = error;
        throw new Error('the mail is not to be sent');
      });
      left = true;
    }
    try {
      await transport.sendMail(Object.assign({ ...outgoing, from, signal: bounds.signal }, { beforeLastDot: leave }));
    } catch (error) {
      throw stop.reason ?? fateOf(error as SmtpError, left);
    } finally {
      bounds.end();
    }
  }

  return { deliver, close: () => transport.close() };
}

/** Without a response to the whole mail, its outcome is unknown. */
function fateOf(error: SmtpError, left: boolean): Error {
  const verdict = verdictOn(error);
  return left && !(error.responseCode && error.responseCode >= 400)
    ? new FateUnknownError(error.code ?? 'EUNKNOWN')
    : verdict;
}

async function* held(mail: AsyncIterable<Buffer>, beforeLastDot: BeforeLastDot): AsyncGenerator<Buffer> {
  yield* mail;
  await beforeLastDot();
}

/** Aborting closes the connection: a mail without a response by then is no longer in flight. */
function createBounds(timeoutMs: number) {
  const controller = new AbortController();
  const begin = (ms: number) => setTimeout(() => controller.abort(), ms);
  let timer = begin(timeoutMs);
  const end = () => clearTimeout(timer);
  return {
    signal: controller.signal,
    end,
    restart(ms: number) {
      end();
      timer = begin(ms);
    },
  };
}
