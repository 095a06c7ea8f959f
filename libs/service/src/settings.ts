import { type ServiceEntry, type ServiceName, services } from '@order-events/contracts';
import { addressOf, httpSettings, type Settings, setting, tokenSettings } from '@order-events/runtime';

/** Settings of every service, as `open` sees them. */
export type ServiceSettings = ReturnType<typeof httpSettings> &
  ReturnType<typeof tokenSettings> &
  ReturnType<typeof storeSettings>;

/** Settings that follow from a service's entry: those of the broker where it has queues, an address for each service that it calls. */
export function settingsOf({ name, port, queues, calls }: ServiceEntry): Settings {
  const hasBroker = Object.keys(queues).length > 0;
  return {
    ...httpSettings({ port }),
    ...tokenSettings(),
    ...storeSettings(name),
    ...(hasBroker && brokerSettings()),
    ...Object.assign({}, ...(calls as readonly ServiceName[]).map(addressFor)),
  };
}

const addressFor = (callee: ServiceName) => addressOf(services[callee], `where ${callee} answers`);

function storeSettings(name: string) {
  return {
    STORE_URL: setting.url(
      'sqlite:',
      'mongodb:',
      'mongodb+srv:',
    )({
      desc: 'where this service keeps its documents (sqlite: or mongodb:)',
      default: `sqlite:./data/${name}.db`,
    }),
  };
}

export function brokerSettings() {
  return {
    RABBITMQ_URL: setting.url('amqp:', 'amqps:')({ desc: 'the broker', example: 'amqp://user:password@rabbitmq:5672' }),
    RABBITMQ_MANAGEMENT_URL: setting.optional(
      setting.url(
        'http:',
        'https:',
      )({
        desc: 'the broker’s management API: then all that stands in it is compared with the description, at the start and every few minutes',
        example: 'http://monitor:password@rabbitmq:15672',
      }),
    ),
    EVENT_SIGNING_KEYS: setting.matching(
      keyList,
      'kid:source:base64, several separated by commas',
    )({
      desc: 'keys that sign and verify events; the first of a source signs',
      example: 'k1:/services/orders:3q2+7w==',
    }),
  };
}

// Only the form: parseKeys tells what the keys must be.
const keyList = /^\s*[^:,\s]+:[^:,\s]+:[^:,\s]+(\s*,\s*[^:,\s]+:[^:,\s]+:[^:,\s]+)*\s*,?\s*$/;
