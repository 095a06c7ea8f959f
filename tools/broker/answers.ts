import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { connect as connectSecurely } from 'node:tls';

const HEADER = Buffer.from([...Buffer.from('AMQP'), 0, 0, 9, 1]);
const METHOD_FRAME = 1;
const PROBE_MS = 2_000;

/** Whether an AMQP 0-9-1 broker speaks there. A port that is open is not enough: a proxy opens it long before the broker does. */
export function brokerAnswers(amqpUrl: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = open(new URL(amqpUrl));
    const settle = (answers: boolean) => {
      socket.destroy();
      resolve(answers);
    };
    socket.setTimeout(PROBE_MS, () => settle(false));
    socket.once('data', (bytes) => settle(bytes[0] === METHOD_FRAME));
    socket.once('error', () => settle(false));
    socket.once('close', () => settle(false));
    socket.write(HEADER);
  });
}

function open(url: URL): Socket {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (url.protocol === 'amqps:')
    return connectSecurely({ host, port: Number(url.port || 5671), servername: host, rejectUnauthorized: false });
  return connect({ host, port: Number(url.port || 5672) });
}

/** Whether the management API answers there, with the user and password of the URL. */
export async function managementAnswers(managementUrl: string): Promise<boolean> {
  const url = new URL('/api/overview', managementUrl);
  const authorization = `Basic ${btoa(`${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`)}`;
  url.username = url.password = '';
  try {
    const response = await fetch(url, { headers: { authorization }, signal: AbortSignal.timeout(PROBE_MS) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

export interface Limits {
  readonly seconds: number;
  /** Aborted when the answer will never be yes. */
  readonly signal?: AbortSignal;
}

/** Waits until a broker and its management API answer; false when they don't in time. */
export async function answers(amqpUrl: string, managementUrl: string, limits: Limits): Promise<boolean> {
  return (
    (await until(() => brokerAnswers(amqpUrl), limits)) && (await until(() => managementAnswers(managementUrl), limits))
  );
}

/** Asks until the answer is yes; false when the time is up or the signal says that it never will be. */
export async function until(ask: () => Promise<boolean>, limits: Limits): Promise<boolean> {
  const end = performance.now() + limits.seconds * 1000;
  while (performance.now() < end && !limits.signal?.aborted) {
    if (await ask()) return true;
    await pause(50);
  }
  return false;
}
