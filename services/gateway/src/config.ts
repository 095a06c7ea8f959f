import { type ServiceEntry, type ServiceName, serviceEntries, services } from '@order-events/contracts/services';
import { addressOf, type Config, httpSettings, setting } from '@order-events/runtime';

type Services = typeof services;
/** Names of the settings that hold an address of a service with public paths. */
type AddressSetting = {
  [N in ServiceName]: Services[N]['publicPaths'] extends readonly [] ? never : Services[N]['addressSetting'];
}[ServiceName];

/** The services that answer for a public path. */
export const upstreams = serviceEntries.filter(
  ({ publicPaths }) => publicPaths.length > 0,
) as readonly (ServiceEntry & {
  readonly addressSetting: AddressSetting;
})[];

const addresses = Object.assign({}, ...upstreams.map((entry) => addressOf(entry, `where ${entry.name} answers`)));

/** The gateway checks no tokens: each service does, so it needs no secret. */
export const gatewaySettings = {
  ...httpSettings(services.gateway),
  OPERATIONS_PORT: setting.optional(
    setting.port({
      desc: `port of /livez, /readyz and /metrics; unset: ${services.gateway.operationsPort}, or any free one where PORT is 0`,
    }),
  ),
  CALL_LIMIT: setting.integer({ min: 1 })({ desc: 'calls that one service is asked at once', default: 256 }),
  LIVE_LIMIT: setting.integer({ min: 1 })({ desc: 'WebSockets and long polls open at once', default: 10_000 }),
  ...(addresses as ReturnType<typeof addressOf<AddressSetting>>),
};

export type GatewayConfig = Config<typeof gatewaySettings>;
