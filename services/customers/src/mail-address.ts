import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import { compile } from '@order-events/contracts';
import Type from 'typebox';

// RFC 5321 4.5.3.1: what every mail server takes.
const mostOfLocalPart = 64;
const mostOfLabel = 63;
const checkAddress = compile(Type.String({ format: 'email', maxLength: 254 }));

/**
 * The address as every mail server takes it: an international domain in its ASCII form (IDNA), all else as typed. Undefined when
 * it is none, also where letters beyond ASCII stand before the @: only servers with SMTPUTF8 deliver those, and few have it.
 */
export function mailAddress(typed: string): string | undefined {
  const at = typed.lastIndexOf('@');
  const local = typed.slice(0, at);
  const domain = asciiDomain(typed.slice(at + 1));
  const address = `${local}@${domain}`;
  return domain !== undefined && local.length <= mostOfLocalPart && checkAddress(address).ok ? address : undefined;
}

// The converter is that of URLs: what ends a host name there would cut the domain.
function asciiDomain(domain: string): string | undefined {
  const ascii = /[\s/\\?#%:]|(^|\.)-|-(\.|$)/u.test(domain) ? '' : domainToASCII(domain);
  if (ascii === '' || isIP(ascii) !== 0 || ascii.split('.').some(({ length }) => length > mostOfLabel))
    return undefined;
  return /[\u0080-\u{10ffff}]/u.test(domain) ? ascii : domain;
}
