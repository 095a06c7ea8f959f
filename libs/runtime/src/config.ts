import { type CleanedEnv, cleanEnv, EnvMissingError, type ValidatorSpec } from 'envalid';
import { SettingError } from './setting.ts';

export type Env = Readonly<Record<string, string | undefined>>;
// biome-ignore lint/suspicious/noExplicitAny: the type of each setting is inferred from its own spec
export type Settings = Record<string, ValidatorSpec<any>>;
export type Config<S extends Settings> = { readonly [K in keyof S]: CleanedEnv<S>[K & keyof CleanedEnv<S>] };

/** The environment can't be used. Every fault is listed, none shows a value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(`settings are missing or wrong: ${faults.join('; ')}`);
    this.faults = faults;
  }
}

/** Reads the settings from the environment; an empty variable counts as not set. Throws ConfigError with all faults. */
export function loadConfig<S extends Settings>(settings: S, env: Env): Config<S> {
  const given = Object.fromEntries(Object.keys(settings).flatMap((name) => (env[name] ? [[name, env[name]]] : [])));
  const cleaned = cleanEnv(given, settings, { reporter: ({ errors }) => refuse(errors) });
  return Object.freeze(Object.fromEntries(Object.keys(settings).map((name) => [name, cleaned[name]]))) as Config<S>;
}

/**
 * The environment of one of several services in a process: ORDERS_LOG_LEVEL stands for its LOG_LEVEL. A bare PORT is
 * left out, because only one of them could listen there.
 */
export function serviceEnv(env: Env, service: string): Env {
  const prefix = `${service.toUpperCase().replaceAll('-', '_')}_`;
  const own = Object.entries(env).filter(([name]) => name.startsWith(prefix));
  const { PORT: _shared, ...common } = env;
  return { ...common, ...Object.fromEntries(own.map(([name, value]) => [name.slice(prefix.length), value])) };
}

function refuse(errors: Readonly<Record<string, Error | undefined>>): void {
  const faults = Object.entries(errors).flatMap(([name, error]) => (error ? [`${name} ${faultOf(error)}`] : []));
  if (faults.length > 0) throw new ConfigError(faults);
}

function faultOf(error: Error): string {
  if (error instanceof EnvMissingError) return `is missing: ${error.message}`;
  return error instanceof SettingError ? error.message : 'is not valid';
}
