export { defineService } from './define-service.ts';
export type {
  Calls,
  ClientSettings,
  DefinedService,
  Given,
  Job,
  Opened,
  Parts,
  ServiceDefinition,
  Subscription,
} from './definition.ts';
export type { ServiceSettings } from './settings.ts';
