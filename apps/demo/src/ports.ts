import { createServer, type Server } from 'node:net';
import { serviceEntries, services } from '@order-events/contracts/services';
import type { Env } from './system.ts';

/** Some ports can't be had, or a wish makes no sense; the message names all of them and what to type. */
export class PortsError extends Error {
  override readonly name = 'PortsError';
}

const DEFAULT_BASE = services.gateway.port;

/** Everything that listens under `npm start`: its setting, and how far its port is from the base port. */
const listeners = serviceEntries.flatMap(({ name, port, operationsPort }) => [
  { name, setting: `${name.toUpperCase()}_PORT`, offset: port - DEFAULT_BASE },
  ...(operationsPort === undefined
    ? []
    : [{ name, setting: `${name.toUpperCase()}_OPERATIONS_PORT`, offset: operationsPort - DEFAULT_BASE }]),
]);

const LAST_PORT = 65_535;
const MOST_OFFSET = Math.max(...listeners.map(({ offset }) => offset));
export const LAST_BASE = LAST_PORT - MOST_OFFSET;

/** Ports that nobody else can take until they are released, each just before its service listens there. */
export interface ReservedPorts {
  /** `ORDERS_PORT` and the like. */
  readonly settings: Readonly<Record<string, string>>;
  release(name: string): Promise<void>;
  releaseAll(): Promise<void>;
}

interface Listener {
  readonly name: string;
  readonly setting: string;
  readonly offset: number;
  readonly host: string;
  readonly port: number;
  /** Whether somebody asked for exactly this port. */
  readonly chosen: 'by name' | 'by base' | false;
}

interface Refusal {
  readonly listener: Listener;
  readonly why: string;
}

/**
 * Reserves a port for every service, before anything is started: chosen ones, or the default ones, of which a taken one gives way to the
 * next free one, with a word. Throws PortsError that names every chosen port that can't be had.
 */
export async function reservePorts(
  env: Env,
  basePort: number | undefined,
  say: (line: string) => void,
): Promise<ReservedPorts> {
  const wanted = listeners.map((each) => wish(each, env, basePort));
  const held = new Map<string, Server>();
  const releaseAll = async () => void (await Promise.all([...held.values()].map(close)));
  try {
    const refused: Refusal[] = [];
    // What was chosen comes first: nothing that gives way may stand on it.
    for (const listener of wanted.toSorted((one, other) => Number(!one.chosen) - Number(!other.chosen))) {
      const why = await reserve(listener, held, say);
      if (why !== undefined) refused.push({ listener, why });
    }
    if (refused.length > 0) throw new PortsError(await refusalOf(refused, held));
  } catch (error) {
    await releaseAll();
    throw error;
  }
  const settings = Object.fromEntries(wanted.map(({ setting }) => [setting, String(portOf(held.get(setting)))]));
  const release = async (name: string) => {
    for (const each of wanted) if (each.name === name) await close(held.get(each.setting));
  };
  return { settings, release, releaseAll };
}

function wish(of: (typeof listeners)[number], env: Env, basePort: number | undefined): Listener {
  const host = env[`${of.name.toUpperCase()}_HOST`] || env.HOST || '127.0.0.1';
  const own = env[of.setting];
  if (own) return { ...of, host, port: /^\d{1,5}$/.test(own) ? Number(own) : Number.NaN, chosen: 'by name' };
  return {
    ...of,
    host,
    port: (basePort ?? DEFAULT_BASE) + of.offset,
    chosen: basePort === undefined ? false : 'by base',
  };
}

/** Why it can't be had, if so. */
async function reserve(listener: Listener, held: Map<string, Server>, say: (line: string) => void) {
  const { name, setting, host, chosen } = listener;
  if (!(listener.port <= LAST_PORT)) return `must be a whole number from 0 to ${LAST_PORT}`;
  for (let port = listener.port; ; port += 1) {
    const got = await listenAlone(host, port);
    if (typeof got !== 'string') {
      held.set(setting, got);
      if (port !== listener.port) say(`port ${listener.port} is taken: ${name} takes ${port}`);
      return undefined;
    }
    const mayGiveWay = !chosen && got === 'EADDRINUSE' && port < LAST_PORT;
    if (!mayGiveWay) return reasonOf(got, host);
  }
}

function reasonOf(code: string, host: string): string {
  if (code === 'EADDRINUSE') return 'taken';
  if (code === 'EACCES') return 'not allowed to you';
  return `HOST=${host} is no address of this machine (${code})`;
}

/** As `listen`; and nobody else may be `localhost` at this port, which many programs take for ::1 first. */
async function listenAlone(host: string, port: number): Promise<Server | string> {
  const server = await listen(host, port);
  if (host !== '127.0.0.1' || typeof server === 'string') return server;
  const sixth = await listen('::1', portOf(server));
  if (typeof sixth !== 'string') await close(sixth);
  if (sixth !== 'EADDRINUSE') return server;
  await close(server);
  return sixth;
}

/** What listens there now, or the system's code for why it can't. Whoever connects to a reserved port is sent away. */
function listen(host: string, port: number): Promise<Server | string> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen(port, host, () => resolve(server));
  });
}

async function refusalOf(refused: readonly Refusal[], held: ReadonlyMap<string, Server>): Promise<string> {
  const lines = refused.map(
    ({ listener: { setting, port }, why }) => `  ${setting}${Number.isNaN(port) ? '' : `=${port}`}: ${why}`,
  );
  const [first] = refused;
  if (first?.why.startsWith('HOST')) return `${first.why}: unset HOST, or give it one`;
  return `these ports can’t be had:\n${lines.join('\n')}\nThese are free: ${await freeInstead(refused, held)}`;
}

/** A command that works now, as far as anybody can tell. */
async function freeInstead(refused: readonly Refusal[], held: ReadonlyMap<string, Server>): Promise<string> {
  const byName = refused.filter(({ listener }) => listener.chosen === 'by name').map(({ listener }) => listener);
  const own = new Set([...held.values()].map(portOf));
  const settings: string[] = [];
  for (const { setting, host, port, offset } of byName) {
    const from = port > 1024 && port < LAST_PORT ? port + 1 : DEFAULT_BASE + offset;
    const free = await firstFree(host, from, own);
    own.add(free);
    settings.push(`${setting}=${free}`);
  }
  const based = refused.find(({ listener }) => listener.chosen === 'by base')?.listener;
  const base = based && (await freeBase(based.host, own));
  return [...settings, 'npm start', ...(base ? [`-- --base-port ${base}`] : [])].join(' ');
}

async function firstFree(host: string, from: number, except: ReadonlySet<number>): Promise<number> {
  for (let port = from; ; port = port < LAST_PORT ? port + 1 : 1025) {
    if (!except.has(port) && (await allFree(host, [port]))) return port;
  }
}

async function freeBase(host: string, except: ReadonlySet<number>): Promise<number | undefined> {
  for (let base = DEFAULT_BASE + 1_000; base <= LAST_BASE; base += 1_000) {
    const ports = listeners.map(({ offset }) => base + offset);
    if (!ports.some((port) => except.has(port)) && (await allFree(host, ports))) return base;
  }
  return undefined;
}

async function allFree(host: string, ports: readonly number[]): Promise<boolean> {
  const servers = await Promise.all(ports.map((port) => listenAlone(host, port)));
  await Promise.all(servers.map((server) => typeof server !== 'string' && close(server)));
  return servers.every((server) => typeof server !== 'string');
}

function portOf(server: Server | undefined): number {
  const address = server?.address();
  return typeof address === 'object' && address ? address.port : 0;
}

function close(server: Server | undefined): Promise<void> {
  return new Promise((closed) => (server?.listening ? server.close(() => closed()) : closed()));
}
