import { type CloudEvent, consumerOf, orderStatusChanged } from '@order-events/contracts';
import type { Ledger } from '@order-events/payment-provider-sandbox/ledger';
import {
  type Accepted,
  allOf,
  catalogue,
  checkFeeds,
  checkMoney,
  checkOrders,
  checkSequences,
  checkStock,
  type Evidence,
  type FeedEntry,
  fine,
  isWorked,
  unfinished,
  unitsOf,
  type Verdict,
} from '@order-events/prove/check';
import type { Document } from '@order-events/store';
import type { Message } from './broker/queue.ts';
import { queues, services } from './services.ts';
import type { World } from './world.ts';

/** What the services keep, read past all that can fail. */
export async function readEvidence({ stores }: World, withEvents: boolean): Promise<Evidence> {
  async function all<S>(service: string, name: string): Promise<Document<S>[]> {
    const collection = await stores.get(service)?.collection<S>(name);
    return (await collection?.find('id', { limit: 10_000 }))?.documents ?? [];
  }
  return {
    orders: await all('orders', 'orders'),
    payments: await all('payments', 'payments'),
    reservations: await all('inventory', 'reservations'),
    products: await all('inventory', 'products'),
    mails: [],
    mailbox: [],
    feed: (await all<FeedEntry>('notifications', 'feed_entries')).map(({ state }) => state),
    events: withEvents ? (await all<Logged>('audit', 'events')).map(({ state }) => state.event) : [],
  };
}

/** What counts each event that it hears, by order. */
export async function readCounts({ stores }: World): Promise<ReadonlyMap<string, number>> {
  const counts = await stores.get('email')?.collection<number>('counts');
  const { documents = [] } = (await counts?.find('id', { limit: 10_000 })) ?? {};
  return new Map(documents.map(({ id, state }) => [id, state]));
}

interface Logged {
  readonly event: CloudEvent;
}

/** What is still under way. */
export function stillUnderWay({ broker }: World, evidence: Evidence): string[] {
  const depths = new Map([...broker.queues].map(([name, { size }]) => [name, isMine(name) ? size : 0]));
  return unfinished(evidence, depths);
}

const isMine = (queue: string) => isWorked(queue) && services.some((name) => queue.startsWith(name));

interface Found {
  readonly world: World;
  readonly evidence: Evidence;
  readonly accepted: readonly Accepted[];
  readonly ledger: Ledger;
  readonly counts: ReadonlyMap<string, number>;
}

/** Every promise, over everything a run left behind. */
export function check({ world, evidence, accepted, ledger, counts }: Found): Verdict {
  const shown = new Map(evidence.orders.map(({ id, state }) => [id, state.order.status]));
  const stocked = new Map(catalogue.map(({ id, restock }) => [id, restock]));
  const found = { evidence, accepted, ledger: ledger.authorisations(), heard: {}, shown, stocked };
  return allOf([
    checkOrders(found),
    checkSequences(evidence),
    checkStock(found),
    checkMoney(found),
    checkFeeds(found),
    checkCounts(evidence, counts),
    checkTimedOut(evidence),
    checkHandled(world, evidence),
    checkDeadLetters(world),
    { ...fine, wrong: world.findings },
  ]);
}

/** Each event had its effect once, where twice can be told from once. */
function checkCounts({ events }: Evidence, counts: ReadonlyMap<string, number>): Verdict {
  const heard = Map.groupBy(
    events.filter(({ type }) => type === orderStatusChanged.type),
    ({ subject }) => subject,
  );
  const doubled = [...counts].filter(([id, count]) => count > (heard.get(id)?.length ?? 0));
  const lost = [...heard].filter(([id, { length }]) => (counts.get(id) ?? 0) < length);
  return {
    ...fine,
    doubled: doubled.map(([id, count]) => `${count} changes of order ${id} were counted`),
    lost: lost.map(([id]) => `a change of order ${id} was not counted`),
  };
}

/** An outage costs no order its life, however long it lasts. */
function checkTimedOut({ orders }: Evidence): Verdict {
  const wrong = orders.flatMap(({ id, state }) => {
    const { cancellation } = state.order as { cancellation?: { code: string } };
    return cancellation?.code === 'timed-out' ? [`order ${id} timed out`] : [];
  });
  return { ...fine, wrong };
}

/** Every event was handled by everyone who hears it. */
function checkHandled({ handled }: World, { events }: Evidence): Verdict {
  const owed = queues.flatMap((queue) => {
    const { consumes } = consumerOf(queue);
    return events.filter(({ type }) => consumes === '#' || consumes.includes(type)).map(({ id }) => `${queue} ${id}`);
  });
  return { ...fine, lost: owed.filter((each) => !handled.has(each)).map((each) => `never handled: ${each}`) };
}

/** Nothing that happens here makes a message unfit: whatever is dead-lettered was given up for no reason. */
function checkDeadLetters({ broker }: World): Verdict {
  const lost = [...queues.map((name) => `${name}.dlq`), 'order_events.unrouted'].flatMap((name) =>
    (broker.queues.get(name)?.ready ?? []).map(({ message: { properties } }) => {
      const { failure } = properties.headers as { failure?: string };
      return `${name} has ${String(properties.type)} ${String(properties.messageId)}: ${failure}`;
    }),
  );
  return { ...fine, lost };
}

/** At every write: units are available, held, sold or lost, and no product ever has fewer than none. */
export function watchStock(world: World, name: string, { id, state }: Document<unknown>): void {
  if (name !== 'products') return;
  const product = state as Evidence['products'][number]['state'];
  const { available, held, sold, lost, shortage } = product;
  const initial = catalogue.find((each) => each.id === id)?.restock;
  if (unitsOf(product) === initial && Math.min(available, held, sold, lost, shortage) >= 0) return;
  world.find(`${id} has ${unitsOf(product)} units of ${initial}: ${JSON.stringify(product)}`);
}

/** At every publish: all that its document said before is with the broker, and no number has two events. */
export function watchOrder(world: World): (message: Message) => void {
  const known = new Map<string, (string | undefined)[]>();
  return ({ exchange, content, properties }) => {
    if (exchange !== 'order_events') return;
    const { source, subject, sequence } = JSON.parse(content.toString()) as CloudEvent;
    const ids = known.get(`${source} ${subject}`) ?? [];
    known.set(`${source} ${subject}`, ids);
    const [number, id] = [Number(sequence), String(properties.messageId)];
    if (ids[number] !== undefined && ids[number] !== id) world.find(`${source} ${subject} said ${number} twice`);
    const missing = Array.from({ length: number - 1 }, (_, before) => before + 1).find((each) => !ids[each]);
    if (missing) world.find(`${source} ${subject} said ${number} before ${missing}`);
    ids[number] = id;
  };
}
