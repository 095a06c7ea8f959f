import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import { compile } from '@order-events/contracts';
import Type from 'typebox';

// RFC 5321 4.5.3.1: the lengths that every mail server accepts.
const mostOfLocalPart = 64;
const mostOfLabel = 63;
const checkAddress = compile(Type.String({ format: 'email', maxLength: 254 }));

/**
 * The address in the form that every mail server accepts: an international domain in ASCII (IDNA), the rest as typed.
 * Undefined when it is no address. Letters beyond ASCII before the @ are refused: only the few servers with SMTPUTF8
 * deliver them.
 */
export function mailAddress(typed: string): string | undefined {
  const at = typed.lastIndexOf('@');
  const local = typed.slice(0, at);
  const domain = asciiDomain(typed.slice(at + 1));
  const address = `${local}@${domain}`;
  return domain !== undefined && local.length <= mostOfLocalPart && checkAddress(address).ok ? address : undefined;
}

// domainToASCII is for URLs: a character that ends a host name there would cut the domain.
function asciiDomain(domain: string): string | undefined {
  const ascii = /[\s/\\?#%:]|(^|\.)-|-(\.|$)/u.test(domain) ? '' : domainToASCII(domain);
  if (ascii === '' || isIP(ascii) !== 0 || ascii.split('.').some(({ length }) => length > mostOfLabel))
    return undefined;
  return /[\u0080-\u{10ffff}]/u.test(domain) ? ascii : domain;
}
