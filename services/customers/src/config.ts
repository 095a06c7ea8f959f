import { services } from '@order-events/contracts/services';
import { commonSettings, type Env, loadConfig } from '@order-events/runtime';

const {
  RABBITMQ_URL: _broker,
  RABBITMQ_MANAGEMENT_URL: _management,
  EVENT_SIGNING_KEYS: _keys,
  ...settings
} = commonSettings(services.customers);

/** Customers neither hears nor says events yet. */
export const customersSettings = settings;

/** Reads customers' settings; throws ConfigError with every fault at once. */
export function customersConfig(env: Env) {
  return loadConfig(customersSettings, env);
}
export type CustomersConfig = ReturnType<typeof customersConfig>;
