import { onOwnChannel } from '../channel.ts';
import { declareTopology } from '../declare.ts';
import type { Log } from '../log.ts';
import { type Difference, differences, movingOf } from '../standing/compare.ts';
import { lossesOf, markGaps } from '../standing/gap.ts';
import { type Management, managementAt } from '../standing/management.ts';
import { readStanding, type Standing } from '../standing/standing.ts';
import { type Topology, topology } from '../topology.ts';
import { sayUnrouted } from './move.ts';
import { type Operation, OperationRefusedError, operate } from './operation.ts';
import { type Replacing, replaceQueue, retireQueue } from './replace-queue.ts';

export interface ApplyOptions {
  readonly url: string;
  readonly managementUrl: string;
  readonly say: (line: string) => void;
  readonly log: Log;
  readonly described?: Topology;
  /** How old the management API's figures can be (default 12 s: RabbitMQ's own settings make it up to 10). */
  readonly settleMs?: number;
}

const SETTLE_MS = 12_000;

/**
 * Makes the broker hold what is described, without losing a message; resolves with what it left: what isn't ours to
 * change. Refuses before it changes anything when a service that is in the way has to be stopped first. Run again
 * after a crash, it goes on.
 */
export async function applyTopology(options: ApplyOptions): Promise<Difference[]> {
  const { url, managementUrl, say, log, described = topology(), settleMs = SETTLE_MS } = options;
  const management = managementAt(managementUrl, url);
  return operate(url, log, async (operation) => {
    const standing = await readStanding(management);
    const found = differences(described, standing);
    const replacing: Replacing = { operation, management, described, say, settleMs };
    await refuseWhatIsInUse(operation, management, found);
    for (const name of wrong(found, 'exchange')) await replaceExchange(replacing, standing, name);
    const moved = toMove(described, standing, found);
    await markGaps(operation.model);
    await declareTopology(operation.model, without(described, moved));
    for (const name of moved) {
      const queue = described.queues.find((each) => each.name === name);
      if (queue) await replaceQueue(replacing, queue, wrong(found, 'queue').has(name));
    }
    for (const line of lossesOf(found)) say(line);
    await unbindSurplus(operation, found);
    for (const { on, mend } of found)
      if (mend === 'retire' && 'name' in on && !moved.includes(baseOf(on.name))) await retireQueue(replacing, on.name);
    const said = await sayUnrouted(operation);
    if (said > 0) say(`${said} messages that had found no queue were said again`);
    return differences(described, await readStanding(management));
  });
}

const wrong = (found: readonly Difference[], kind: 'exchange' | 'queue'): Set<string> =>
  new Set(found.flatMap(({ on, mend }) => (mend === 'replace' && 'name' in on && on.kind === kind ? on.name : [])));

const baseOf = (moving: string) => moving.replace(/\.moving$/, '');

// Delay queues before the queue they give back to: one that may lose what finds no queue must be right by then.
function toMove({ queues }: Topology, standing: Standing, found: readonly Difference[]): string[] {
  const begun = queues.map(({ name }) => name).filter((name) => standing.queues.some((q) => q.name === movingOf(name)));
  const all = new Set([...wrong(found, 'queue'), ...begun]);
  return queues.map(({ name }) => name).filter((name) => all.has(name));
}

const without = ({ exchanges, queues, bindings }: Topology, names: readonly string[]): Topology => ({
  exchanges,
  queues: queues.filter(({ name }) => !names.includes(name)),
  bindings: bindings.filter(({ queue }) => !names.includes(queue)),
});

/** Consumers of a queue hold its messages; publishers to an exchange would reach only what is bound already. */
async function refuseWhatIsInUse({ model }: Operation, management: Management, found: readonly Difference[]) {
  const reasons: string[] = [];
  for (const name of wrong(found, 'queue')) {
    const { consumerCount } = await onOwnChannel(model, (channel) => channel.checkQueue(name));
    if (consumerCount > 0) reasons.push(`queue ${name} has ${consumerCount} consumers: stop its service`);
  }
  const exchanges = [...wrong(found, 'exchange')];
  if (exchanges.length > 0) {
    const others = (await management.get<Connection[]>(`/vhosts/${management.vhost}/connections`)).filter(isOther);
    if (others.length > 0) reasons.push(`exchange ${exchanges.join(', ')} is in use: stop all services`);
  }
  if (reasons.length > 0) throw new OperationRefusedError(`nothing was changed: ${reasons.join('; ')}`);
}

interface Connection {
  readonly client_properties?: { readonly connection_name?: string };
}
const isOther = ({ client_properties: client }: Connection) => client?.connection_name !== 'topology';

// It holds no message; whoever is connected was refused above, so nothing is said while its bindings are made again.
async function replaceExchange({ operation, described, say }: Replacing, { bindings }: Standing, name: string) {
  const exchange = described.exchanges.find((each) => each.name === name);
  if (!exchange) return;
  const own = bindings.filter(({ source, kind }) => source === name && kind === 'queue');
  await onOwnChannel(operation.model, async (channel) => {
    await channel.deleteExchange(name);
    await channel.assertExchange(name, exchange.type, { durable: true, arguments: exchange.arguments });
    for (const { destination, key } of own) await channel.bindQueue(destination, name, key);
  });
  say(`exchange ${name}: stands as described, with its ${own.length} bindings`);
}

async function unbindSurplus({ model }: Operation, found: readonly Difference[]): Promise<void> {
  await onOwnChannel(model, async (channel) => {
    for (const { on, mend } of found) {
      if (mend !== 'unbind' || !('source' in on)) continue;
      // A queue that was replaced meanwhile has lost it already.
      await channel.unbindQueue(on.destination, on.source, on.key);
    }
  });
}
