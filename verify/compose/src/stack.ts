import { join } from 'node:path';
import type { Engine } from './engine.ts';

const MINUTE = 60_000;

export interface Container {
  id: string;
  service: string;
  health: string;
}

/** The containers of docker-compose.yml under one project name, so that they meet no others on the same engine. */
export interface Stack {
  build(signal: AbortSignal): Promise<void>;
  /** Starts everything; resolves when every container is healthy. */
  up(signal: AbortSignal): Promise<void>;
  /** Replaces one service's container and leaves all others as they are; resolves when it is healthy. */
  recreate(service: string, signal: AbortSignal): Promise<void>;
  services(): Promise<string[]>;
  containers(): Promise<Container[]>;
  /** The last lines of a service's log. */
  logs(service: string): Promise<string>;
  down(): Promise<void>;
}

export function composeStack(engine: Engine, root: string, project: string, envFile: string): Stack {
  const files = ['--file', join(root, 'docker-compose.yml'), '--env-file', envFile, '--project-name', project];
  const compose = (args: string[], minutes: number, signal?: AbortSignal) =>
    engine.docker(['compose', ...files, ...args], { timeout: minutes * MINUTE, ...(signal && { signal }) });
  const start = ['up', '--detach', '--wait', '--wait-timeout', '240'];
  return {
    build: async (signal) => void (await compose(['build', '--quiet'], 15, signal)),
    up: async (signal) => void (await compose([...start, '--no-build'], 6, signal)),
    recreate: async (service, signal) =>
      void (await compose([...start, '--force-recreate', '--no-deps', '--no-build', service], 6, signal)),
    services: async () => (await compose(['config', '--services'], 1)).split('\n').filter(Boolean).sort(),
    containers: async () => parseContainers(await compose(['ps', '--all', '--no-trunc', '--format', 'json'], 1)),
    logs: (service) => compose(['logs', '--no-color', '--tail', '40', service], 1),
    down: async () => void (await compose(['down', '--volumes', '--remove-orphans', '--timeout', '20'], 3)),
  };
}

interface Row {
  ID: string;
  Service: string;
  Health: string;
  State: string;
}

/** Older versions of Compose print one array, newer ones an object a line. */
function parseContainers(text: string): Container[] {
  const trimmed = text.trim();
  const json = trimmed.startsWith('[') ? trimmed : `[${trimmed.split('\n').join(',')}]`;
  const rows = JSON.parse(json) as Row[];
  return rows.map((row) => ({ id: row.ID, service: row.Service, health: row.Health || row.State }));
}
