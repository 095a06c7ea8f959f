import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import type { RequestContext } from '@order-events/runtime';

/** What concerns one connection alone (RFC 9110, 7.6.1), and an expectation, which the gateway has met itself. */
const ofThisHop = /^(connection|keep-alive|proxy-.+|te|trailer|transfer-encoding|upgrade|http2-settings|expect)$/;

/** Headers that name the origin or the trace of a request. The services trust the gateway's, so a client's are removed. */
const ofTrust =
  /^(forwarded|via|baggage|b3|trace(parent|state)|x-(forwarded|original|rewrite|envoy|amzn|azure|b3).*|x-(request|correlation)-id|.+-(ip|addr|address))$/;

/** The headers of a request as its service gets them: those of the gateway, then the client's own. */
export function headersOnward(
  { headers }: IncomingMessage,
  { requestId, traceparent, ip }: RequestContext,
  body: Buffer | undefined,
): OutgoingHttpHeaders {
  const own = Object.entries(endToEnd(headers)).filter(([name]) => !ofTrust.test(name.replaceAll('_', '-')));
  return {
    'x-forwarded-for': ip,
    'x-request-id': requestId,
    traceparent,
    ...Object.fromEntries(own),
    ...(body && { 'content-length': body.length }),
  };
}

/** The headers of an answer as the client gets them. */
export function headersBack({ headers }: IncomingMessage): OutgoingHttpHeaders {
  return endToEnd(headers);
}

function endToEnd(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  const named = (headers.connection ?? '').toLowerCase().split(/[\s,]+/);
  const passing = Object.entries(headers).filter(([name]) => !ofThisHop.test(name) && !named.includes(name));
  return Object.fromEntries(passing);
}
