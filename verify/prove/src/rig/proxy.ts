import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** Stands between services and what they call, and does to their connections what networks do. */
export interface FaultyProxy {
  /** The address that services are given instead. */
  readonly url: string;
  /** Every connection ends at once, with a reset. */
  reset(): void;
  /** Every connection ends once so many more bytes have come from the service, in the middle of whatever they are. */
  cutAfter(bytes: number): void;
  /** Nothing gets through in either direction and nobody is told, as when a cable is pulled; until heal(). */
  halfOpen(): void;
  /** Each piece is held for that long. */
  slow(ms: number): void;
  /** What a service asks for gets through; when the answer comes, the connection ends instead, until heal(). */
  dropAnswers(): void;
  heal(): void;
  close(): Promise<void>;
}

interface Pair {
  readonly service: Socket;
  readonly called: Socket;
}

type Forward = (piece: Buffer, delayMs: number) => void;

/** Also when the delay changes, what came first goes first: a network may do much to a connection, but not that. */
function inOrder(to: Socket): Forward {
  let before: Promise<unknown> = Promise.resolve();
  return (piece, delayMs) => {
    const due = delayMs > 0 ? delay(delayMs) : undefined;
    before = Promise.all([before, due]).then(() => to.writable && to.write(piece));
  };
}

export async function startProxy(target: string): Promise<FaultyProxy> {
  const { hostname, port } = new URL(target);
  const pairs = new Set<Pair>();
  let delayMs = 0;
  let silent = false;
  let dropping = false;
  let bytesLeft = Number.POSITIVE_INFINITY;

  function end(pair: Pair): void {
    if (!pairs.delete(pair)) return;
    pair.service.resetAndDestroy();
    pair.called.resetAndDestroy();
  }

  function pass(pair: Pair, from: Socket, forward: Forward, bytes: Buffer): void {
    if (silent) return;
    if (dropping && from === pair.called) return void end(pair);
    const rest = from === pair.service ? bytesLeft : Number.POSITIVE_INFINITY;
    const piece = bytes.subarray(0, rest);
    if (from === pair.service) bytesLeft -= piece.length;
    forward(piece, delayMs);
    if (bytesLeft > 0) return;
    bytesLeft = Number.POSITIVE_INFINITY;
    for (const each of [...pairs]) setTimeout(() => end(each), delayMs);
  }

  const server = createServer((service) => {
    const called = connect({ host: hostname, port: Number(port) });
    const pair = { service, called };
    pairs.add(pair);
    for (const [from, to] of [[service, called] as const, [called, service] as const]) {
      from.setNoDelay(true);
      const forward = inOrder(to);
      from.on('data', (bytes: Buffer) => pass(pair, from, forward, bytes));
      from.on('error', () => end(pair));
      from.on('close', () => silent || end(pair));
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(target);
  url.port = String((server.address() as AddressInfo).port);

  function reset(): void {
    for (const pair of [...pairs]) end(pair);
  }

  return {
    url: url.href,
    reset,
    cutAfter: (bytes) => {
      bytesLeft = bytes;
    },
    halfOpen: () => {
      silent = true;
    },
    slow: (ms) => {
      delayMs = ms;
    },
    dropAnswers: () => {
      dropping = true;
    },
    // What was swallowed is gone, so a connection that lived through it is good for nothing.
    heal() {
      if (silent) reset();
      silent = false;
      dropping = false;
      delayMs = 0;
      bytesLeft = Number.POSITIVE_INFINITY;
    },
    async close() {
      reset();
      server.close();
      await once(server, 'close');
    },
  };
}
