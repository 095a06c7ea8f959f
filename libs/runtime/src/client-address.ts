import { isIP, SocketAddress } from 'node:net';

/** Whether what this address says of where a request came from is believed; `hop` counts from 0, our own peer. */
export type TrustAddress = (address: string, hop: number) => boolean;

/**
 * The address a request came from: our peer's or, while each is trusted, the one X-Forwarded-For names before it. A claim
 * that is no address ends the walk, so the answer is always an address, or '' once the connection is gone.
 */
export function clientAddress(
  peer: string | undefined,
  forwardedFor: string | undefined,
  trusts: TrustAddress,
): string {
  let address = addressOf(peer ?? '') ?? '';
  for (const [hop, claim] of claimsIn(forwardedFor).entries()) {
    const claimed = trusts(address, hop) && addressOf(claim);
    if (!claimed) break;
    address = claimed;
  }
  return address;
}

/**
 * The canonical form of an IP address, also with a port or in brackets, as balancers write it (`192.0.2.1:4711`,
 * `[2001:db8::1]:443`); undefined for any other text. An IPv4 address that came in over IPv6 is written as what it is.
 */
export function addressOf(text: string): string | undefined {
  const host = withoutPort(text.trim()).replace(/%.*$/s, '');
  const version = isIP(host);
  if (version === 0) return undefined;
  if (version === 4) return host;
  const { address } = new SocketAddress({ address: host, family: 'ipv6' });
  return address.replace(/^::ffff:(?=\d+\.)/, '');
}

function withoutPort(text: string): string {
  const [, bracketed, v4] = /^"?(?:\[([^\]]*)\]|([\d.]+))(?::\d{1,5})?"?$/.exec(text) ?? [];
  return bracketed ?? v4 ?? text;
}

// The nearest hop comes last.
function claimsIn(forwardedFor = ''): string[] {
  return forwardedFor
    .split(',')
    .filter((claim) => claim.trim() !== '')
    .reverse();
}
