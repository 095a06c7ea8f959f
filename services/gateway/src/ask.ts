import { Agent as HttpAgent, request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { UpstreamDownError, UpstreamLateError } from './errors.ts';

export interface Question {
  /** The service; `path` is put below its own. */
  readonly url: URL;
  readonly path: string;
  readonly method: string;
  readonly headers: OutgoingHttpHeaders;
  readonly body: Buffer | undefined;
  /** From now to the answer's head; then it rejects with UpstreamLateError. */
  readonly answerWithinMs: number;
  /** From there to the answer's end; then its stream fails. */
  readonly endWithinMs: number;
  /** Aborted when nobody wants the answer any more. */
  readonly signal: AbortSignal;
}

export interface Answer {
  readonly message: IncomingMessage;
  /** There when the service changed the protocol: the socket, and the first bytes on it, are the caller's from then on. */
  readonly upgraded?: { readonly socket: Socket; readonly head: Buffer };
}

export interface Asker {
  ask(question: Question): Promise<Answer>;
  /** Closes idle connections. */
  stop(): void;
}

/** Far less than services keep theirs: a connection to a machine that is gone reports no end, and is not used for long. */
const keptForMs = 4_000;
const repeatable = ['GET', 'HEAD', 'OPTIONS'];

/**
 * Asks services; how many at once, and who waits, is for a pool to decide. Only what may be repeated uses a connection that
 * was kept: the service may be closing it, and then nobody knows whether the request arrived. Such a request is asked once
 * more. Everything else gets a new connection, on which there is no such doubt.
 */
export function createAsker(): Asker {
  const options = { keepAlive: true, timeout: keptForMs };
  const kept = { 'http:': new HttpAgent(options), 'https:': new HttpsAgent(options) };

  return {
    async ask(question) {
      const { method, body, headers, url } = question;
      if (body || headers.upgrade || !repeatable.includes(method)) return send(question, false);
      try {
        return await send(question, kept[url.protocol as keyof typeof kept]);
      } catch (error) {
        if (error instanceof StaleConnectionError) return send(question, false);
        throw error;
      }
    },
    stop() {
      for (const agent of Object.values(kept)) agent.destroy();
    },
  };
}

class StaleConnectionError extends UpstreamDownError {}

function send(question: Question, agent: HttpAgent | false): Promise<Answer> {
  const { url, path, method, headers, body, signal, answerWithinMs, endWithinMs } = question;
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const start = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const request = start(url, { method, path: url.pathname.replace(/\/$/, '') + path, headers, agent, signal });

  const late = setTimeout(() => request.destroy(new UpstreamLateError(answerWithinMs)), answerWithinMs);
  const fail = (error?: NodeJS.ErrnoException) => {
    clearTimeout(late);
    reject(explained(error, request.reusedSocket));
  };
  const succeed = (answer: Answer) => {
    clearTimeout(late);
    request.off('close', fail);
    resolve(answer);
  };
  request.once('response', (message) => {
    // Node reads a status below 100, but refuses to send it on.
    if (Number(message.statusCode) < 100) return void request.destroy(new Error(`status ${message.statusCode}`));
    const cut = () => message.destroy(new Error(`not at its end after ${endWithinMs} ms`));
    const unfinished = setTimeout(cut, endWithinMs);
    message.once('close', () => clearTimeout(unfinished));
    succeed({ message });
  });
  // An upgrade that nobody asked for has no listener: Node closes the connection then.
  if (headers.upgrade) {
    request.once('upgrade', (message, socket, head) =>
      succeed({ message, upgraded: { socket: socket as Socket, head } }),
    );
  }
  request.on('error', fail);
  request.once('close', fail);
  request.end(body);
  return promise;
}

function explained(error: NodeJS.ErrnoException | undefined, reused: boolean): Error {
  if (error instanceof UpstreamLateError) return error;
  const isClosed = error?.code === 'ECONNRESET' || error?.code === 'EPIPE';
  return reused && isClosed ? new StaleConnectionError(error) : new UpstreamDownError(error);
}
