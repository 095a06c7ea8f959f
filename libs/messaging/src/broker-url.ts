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
  return /\b(403|530) \((ACCESS[-_]REFUSED|NOT[-_]ALLOWED)\)/.test(reasonOf(error));
}

export function unreachable(url: string, cause: unknown): BrokerUnreachableError {
  const verb = isRefusal(cause) ? 'refused the connection' : 'can’t be reached';
  return new BrokerUnreachableError(`RabbitMQ at ${shownUrl(url)} ${verb}: ${reasonOf(cause)}`, { cause });
}

// A refused connection to a name with several addresses is an AggregateError without a message of its own.
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}

function parse(url: string): URL {
  if (!URL.canParse(url))
    throw new BrokerUnreachableError('the broker’s address is not a URL like amqp://user:password@host:5672/vhost');
  return new URL(url);
}
