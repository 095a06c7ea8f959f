import type { IncomingMessage } from 'node:http';
import { ServiceError } from '@order-events/runtime';
import { GatewayFullError } from './errors.ts';

/** What services take at most. */
const largestBody = 256 * 1024;
/** All bodies that are still arriving, or wait to be passed on, together. */
const allBodies = 64 * 1024 * 1024;

/**
 * Reads whole bodies before anything is passed on: one that trickles in costs no service a connection. Its time is bounded
 * by the server's for a whole request.
 */
export function createBodyReceiver() {
  let held = 0;

  /**
   * Resolves with the body, or undefined where there is none; `release` must be called once it is sent on. Rejects with
   * `body-too-large` (413), `gateway-full` (503) or the error of a connection that broke; nothing is held then.
   */
  async function receive(req: IncomingMessage): Promise<{ body: Buffer | undefined; release(): void }> {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const release = () => {
      held -= bytes;
      bytes = 0;
    };
    if (!hasBody(req)) return { body: undefined, release };
    try {
      refuseBeyondLimits(Number(req.headers['content-length'] ?? 0), held);
      // The answer that refuses a body still has to leave on its connection.
      for await (const chunk of req.iterator({ destroyOnReturn: false })) {
        bytes += chunk.length;
        held += chunk.length;
        refuseBeyondLimits(bytes, held);
        chunks.push(chunk);
      }
    } catch (error) {
      release();
      // What still comes of it must be out of the way of the next request.
      req.resume();
      throw error;
    }
    return { body: Buffer.concat(chunks), release };
  }

  return receive;
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function refuseBeyondLimits(bytes: number, held: number): void {
  if (bytes > largestBody) {
    throw new ServiceError('too-large', 'body-too-large', `a body has at most ${largestBody} bytes`);
  }
  if (held > allBodies) throw new GatewayFullError();
}
