import * as setting from './setting.ts';
import { defaultAudience } from './token.ts';

/** Settings of everything that listens for HTTP. */
export function httpSettings({ port }: { port: number }) {
  return {
    PORT: setting.port({ desc: 'port to listen on; 0 takes any free one', default: port }),
    HOST: setting.optional(setting.text({ desc: 'address to listen on; unset: every one', example: '127.0.0.1' })),
    TRUST_PROXY: setting.optional(
      setting.matching(
        proxyList,
        'addresses, subnets, loopback, linklocal or uniquelocal, separated by commas',
      )({
        desc: 'whose X-Forwarded-For is believed; unset: nobody’s',
        example: 'loopback,10.0.0.0/8',
      }),
    ),
    LOG_LEVEL: setting.oneOf('debug', 'info', 'warn', 'error')({ desc: 'least level that is logged', default: 'info' }),
  };
}

/** The setting that holds the address of a service that is called; unset, it is asked on this machine, at its own port. */
export function addressOf<const Name extends string>(callee: { addressSetting: Name; port: number }, desc: string) {
  const address = setting.httpUrl({ desc, default: `http://127.0.0.1:${callee.port}` });
  return { [callee.addressSetting]: address } as { readonly [N in Name]: typeof address };
}

/** Settings of every service that checks tokens. */
export function tokenSettings() {
  return {
    ACCESS_TOKEN_SECRET: setting.secret({ desc: 'key of all access tokens (HS256), at least 32 bytes' }),
    ISSUER: setting.text({ desc: 'issuer (iss) of all access tokens', example: 'https://accounts.example.com' }),
    AUDIENCE: setting.text({
      desc: 'what people’s access tokens name, if they name an audience (aud)',
      default: defaultAudience,
    }),
    ALLOW_PERSONAL_SUBJECTS: setting.flag({
      desc: 'whether a token’s sub may be an e-mail address or a phone number, which then stands in every event',
      default: false,
    }),
  };
}

const proxyList =
  /^(loopback|linklocal|uniquelocal|[\da-fA-F.:]+(\/\d+)?)(, ?(loopback|linklocal|uniquelocal|[\da-fA-F.:]+(\/\d+)?))*$/;
