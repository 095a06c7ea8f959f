import { BrokerUnreachableError } from './errors.ts';

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

/** True when trying again can't help: wrong user, password or vhost. */
export function isRefusal(error: unknown): boolean {
  const reason = reasonOf(error);
  return reason.includes('403 (ACCESS-REFUSED)') || refusesVhost(reason);
}

// What the client says of a broker that closes instead of opening the vhost; the broker's own words are lost there.
const refusesVhost = (reason: string) => reason.startsWith('Expected ConnectionOpenOk; got <ConnectionClose');

export function unreachable(url: string, cause: unknown): BrokerUnreachableError {
  const reason = reasonOf(cause);
  const explained = refusesVhost(reason) ? 'there is no such vhost, or this user may not use it' : reason;
  const verb = isRefusal(cause) ? 'refused the connection' : 'can’t be reached';
  return new BrokerUnreachableError(`RabbitMQ at ${shownUrl(url)} ${verb}: ${explained}`, { cause });
}

// A refused connection to a name with several addresses is an AggregateError without a message of its own.
export function reasonOf(error: unknown): string {
  const { errors, message } = (error ?? {}) as { errors?: unknown; message?: unknown };
  if (Array.isArray(errors)) return errors.map(reasonOf).join('; ');
  return typeof message === 'string' ? message : shown(error);
}

// Anything can be thrown, also an object that can't be made text.
function shown(error: unknown): string {
  try {
    return String(error);
  } catch {
    return 'something that is no error and has no text';
  }
}

function parse(url: string): URL {
  if (!URL.canParse(url))
    throw new BrokerUnreachableError('the broker’s address is not a URL like amqp://user:password@host:5672/vhost');
  return new URL(url);
}
