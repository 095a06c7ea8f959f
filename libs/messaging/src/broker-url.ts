import { brokerWords } from './broker-words.ts';
import { BrokerUnreachableError } from './errors.ts';
import { reasonOf } from './reason-of.ts';

/** The address as it may be shown: no user, no password, no options. */
export function shownUrl(url: string): string {
  const { protocol, host, pathname } = parse(url);
  return `${protocol}//${host}${pathname}`;
}

/** Unless the address says otherwise, a dead peer is noticed after two missed heartbeats. */
export function withHeartbeat(url: string, seconds: number): string {
  const parsed = parse(url);
  if (!parsed.searchParams.has('heartbeat')) parsed.searchParams.set('heartbeat', String(seconds));
  return parsed.href;
}

/** What the broker refuses for the time being, or for ever; what isn't refused can't be reached. */
export interface Unreachable {
  readonly reason: string;
  /** Trying again can't help: wrong user, password or vhost. A limit may have room again. */
  readonly refused: boolean;
}

export async function whyUnreachable(url: string, error: unknown): Promise<Unreachable> {
  const reason = reasonOf(error);
  if (!refusesVhost(reason)) return { reason, refused: reason.includes('403 (ACCESS-REFUSED)') };
  const words = await brokerWords(url);
  if (words === undefined) return { reason: 'it was refused just now, and is no more', refused: false };
  return { reason: words, refused: !/limit|down|stopp/i.test(words) };
}

// What the client says of a broker that closes instead of opening the vhost; the broker's own words are lost there.
const refusesVhost = (reason: string) => reason.startsWith('Expected ConnectionOpenOk; got <ConnectionClose');

export function unreachable(url: string, { reason, refused }: Unreachable, cause: unknown): BrokerUnreachableError {
  const verb = refused ? 'refused the connection' : 'can’t be reached';
  return new BrokerUnreachableError(`RabbitMQ at ${shownUrl(url)} ${verb}: ${reason}`, { cause });
}

function parse(url: string): URL {
  if (!URL.canParse(url))
    throw new BrokerUnreachableError('the broker’s address is not a URL like amqp://user:password@host:5672/vhost');
  return new URL(url);
}
