import type { HistoryEntry, Order } from '@order-events/client';
import type { DemoCustomer } from './customer.ts';

export interface Story {
  readonly title: string;
  readonly order: Order;
  /** What the order was meant to come to. */
  readonly expected: string;
  /** Promises that did not hold, as sentences. */
  readonly broken: readonly string[];
  readonly timeline: readonly string[];
}

interface Product {
  readonly id: string;
  readonly available: number;
  readonly reserved: number;
  readonly sold: number;
}

interface Plan {
  readonly title: string;
  readonly items: { productId: string; quantity: number }[];
  readonly paymentToken: string;
  /** The owner cancels it once it is paid. */
  readonly cancels?: true;
  readonly ends: { readonly status: number; readonly code?: string };
  /** What must be in its history in the end, whoever said it. */
  readonly history: readonly string[];
  readonly mails: number;
}

const catalogue = [
  { id: 'lamp', name: 'Brass desk lamp', price: 4_990, currency: 'EUR', lowStockAt: 5, stock: 40 },
  { id: 'pen', name: 'Fountain pen', price: 2_450, currency: 'EUR', lowStockAt: 10, stock: 200 },
  { id: 'globe', name: 'Antique globe', price: 89_000, currency: 'EUR', lowStockAt: 0, stock: 1 },
];

const plans: readonly Plan[] = [
  {
    title: 'an order that goes through',
    items: [
      { productId: 'lamp', quantity: 1 },
      { productId: 'pen', quantity: 2 },
    ],
    paymentToken: 'tok_ok',
    ends: { status: 1 },
    history: ['order:created', 'inventory:reserved', 'payment:authorized', 'payment:captured', 'email:sent'],
    mails: 1,
  },
  {
    title: 'more globes than there are',
    items: [{ productId: 'globe', quantity: 3 }],
    paymentToken: 'tok_ok',
    ends: { status: 5, code: 'out-of-stock' },
    history: ['order:created', 'inventory:rejected', 'order:cancelled', 'email:sent'],
    mails: 1,
  },
  {
    title: 'a card that is declined',
    items: [{ productId: 'pen', quantity: 1 }],
    paymentToken: 'tok_declined',
    ends: { status: 5, code: 'payment-declined' },
    history: ['order:created', 'payment:declined', 'order:cancelled', 'inventory:released', 'email:sent'],
    mails: 1,
  },
  {
    title: 'cancelled by its owner',
    items: [{ productId: 'lamp', quantity: 2 }],
    paymentToken: 'tok_ok',
    cancels: true,
    ends: { status: 5, code: 'customer-cancelled' },
    history: [
      'order:created',
      'payment:captured',
      'order:cancelled',
      'inventory:released',
      'payment:refunded',
      'email:sent',
    ],
    mails: 2,
  },
];

export const people = [
  { id: 'ada', email: 'ada@example.org', name: 'Ada Lovelace', locale: 'en' },
  { id: 'ben', email: 'ben@example.org', name: 'Ben Franklin', locale: 'en' },
];

/** Fills the catalogue (once) and says who the people are. */
export async function fillDemo(admin: DemoCustomer, persons: readonly DemoCustomer[]): Promise<void> {
  const { items } = await admin.call<{ items: Product[] }>('GET', '/api/v1/products?limit=100');
  for (const { id, stock, ...product } of catalogue) {
    if (items.some((known) => known.id === id)) continue;
    await admin.call('PUT', `/api/v1/products/${id}`, { ...product, restock: stock });
  }
  for (const [index, { id: _id, ...profile }] of people.entries()) {
    await persons[index]?.call('PUT', '/api/v1/customers/me', profile);
  }
}

/** Runs the four orders, each to its end, and checks what each left behind. */
export async function runDemo(
  admin: DemoCustomer,
  customer: DemoCustomer,
  onStory: (story: Story) => void,
): Promise<boolean> {
  let kept = true;
  for (const plan of plans) {
    const before = await stockOf(admin, plan);
    const story = await runStory(plan, admin, customer, before);
    kept &&= story.broken.length === 0;
    onStory(story);
  }
  return kept;
}

async function runStory(plan: Plan, admin: DemoCustomer, customer: DemoCustomer, before: number[]): Promise<Story> {
  const placed = await customer.place(plan.items, plan.paymentToken);
  if (plan.cancels) {
    await settled(() => missing(customer, placed.id, 'payment:captured'));
    await customer.cancel(placed.id, 'changed my mind');
  }
  const order = await reached(customer, placed.id, plan.ends.status);
  const broken = await settled(() => brokenPromises(plan, order, admin, customer, before));
  const { events } = await customer.history(order.id);
  const start = Date.parse(events.at(-1)?.metadata.timestamp ?? '');
  const timeline = events.toReversed().map((event) => lineOf(event, start));
  return { title: plan.title, order, expected: plan.ends.code ?? 'confirmed', broken, timeline };
}

function lineOf({ eventType, payload, metadata }: HistoryEntry, start: number): string {
  const after = Date.parse(metadata.timestamp) - start;
  const detail = payload.newStatusLabel ?? payload.code ?? payload.kind ?? '';
  return `${`+${after} ms`.padStart(9)}  ${eventType.padEnd(24)} ${detail}`.trimEnd();
}

async function brokenPromises(plan: Plan, order: Order, admin: DemoCustomer, customer: DemoCustomer, before: number[]) {
  const broken: string[] = [];
  const expect = (holds: boolean, promise: string) => void (holds || broken.push(promise));
  expect(order.status === plan.ends.status, `it ended as ${order.statusLabel}`);
  expect(
    order.cancellation?.code === plan.ends.code,
    `it was cancelled for ${order.cancellation?.code ?? 'no reason'}`,
  );
  const after = await stockOf(admin, plan);
  const held = plan.ends.status === 1 ? plan.items.map((item) => item.quantity) : plan.items.map(() => 0);
  expect(
    after.every((units, index) => units === (before[index] ?? 0) - (held[index] ?? 0)),
    'its stock does not add up',
  );
  const { items } = await admin.mails(order.id);
  expect(items.length === plan.mails, `${items.length} mails instead of ${plan.mails}`);
  const { events } = await customer.history(order.id);
  const types = events.map((event) => event.eventType);
  for (const type of plan.history) expect(types.includes(type), `its history has no ${type}`);
  return broken;
}

async function missing(customer: DemoCustomer, id: string, type: string): Promise<string[]> {
  const { events } = await customer.history(id);
  return events.some((event) => event.eventType === type) ? [] : [type];
}

/** Units available of each product of the plan; their sum with held and sold never changes but by restock. */
async function stockOf(admin: DemoCustomer, plan: Plan): Promise<number[]> {
  const products = plan.items.map(({ productId }) => admin.call<Product>('GET', `/api/v1/products/${productId}`));
  return (await Promise.all(products)).map((product) => product.available);
}

async function reached(customer: DemoCustomer, id: string, status: number): Promise<Order> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const order = await customer.order(id);
    if (order.status >= status || Date.now() > deadline) return order;
    await pause(20);
  }
}

// Effects of other services follow the order's end by some milliseconds: asked again until all hold, 20 s at most.
async function settled(check: () => Promise<string[]>): Promise<string[]> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const broken = await check();
    if (broken.length === 0 || Date.now() > deadline) return broken;
    await pause(50);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
