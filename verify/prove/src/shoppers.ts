import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { shippingAddress } from '@order-events/demo';
import { pick } from './random.ts';

/** What a client was promised: an order that was answered. */
export interface Accepted {
  readonly id: string;
  readonly person: string;
  readonly paymentToken: string;
  readonly items: readonly Line[];
  readonly totalAmount: number;
  /** Its cancel was answered 202. */
  cancelled: boolean;
  /** An admin was answered that it is shipped. */
  shipped?: boolean;
}

export interface Line {
  readonly productId: string;
  readonly quantity: number;
}

export interface ShopperLog {
  readonly accepted: Accepted[];
  /** Requests that had to be sent again because no answer came. */
  repeats: number;
  /** Answers that a client may never get, whatever fails. */
  readonly surprises: string[];
}

export interface Shoppers {
  readonly log: ShopperLog;
  /** Orders arrive until finish(). */
  begin(): void;
  /** One more order, of just these, by someone whose card is good and who doesn't change their mind. Resolves when it was answered. */
  order(items: readonly Line[], paymentToken?: string): Promise<void>;
  /** As order(), by someone who cancels so long after. */
  orderAndCancel(items: readonly Line[], afterMs: number): Promise<void>;
  /** No new orders; resolves when every request was answered. */
  finish(): Promise<void>;
}

interface Parts {
  readonly gateway: string;
  readonly random: () => number;
  readonly tokens: Readonly<Record<string, string>>;
  readonly atOnce?: number;
}

/** Of this one there are few: who gets one depends on what is given back in time. */
export const scarce = 'quill';

export const catalogue = [
  { id: 'ink', name: 'Ink', price: 1_250, restock: 1_000_000 },
  { id: 'pen', name: 'Pen', price: 290, restock: 1_000_000 },
  { id: scarce, name: 'Quill', price: 9_900, restock: 12 },
];

export const refusedCards = ['tok_declined', 'tok_capture_fails'];
const paymentTokens = [
  'tok_ok',
  'tok_ok',
  'tok_ok',
  'tok_ok',
  'tok_ok',
  'tok_ok',
  ...refusedCards,
  'tok_flaky',
  'tok_slow',
];
const ANSWER_MS = 5_000;

/** People who order, cancel some of it, and ask again with the same key until they are answered. */
export function createShoppers({ gateway, random, tokens, atOnce = 3 }: Parts): Shoppers {
  const log: ShopperLog = { accepted: [], repeats: 0, surprises: [] };
  const underWay = new Set<Promise<void>>();
  const ending = new AbortController();
  let loops: Promise<void>[] = [];

  function track(work: Promise<void>): void {
    underWay.add(work);
    work.finally(() => underWay.delete(work));
  }

  /** Asks until it is answered with something other than trouble. */
  async function ask(
    person: string,
    path: string,
    body: object,
    method = 'POST',
  ): Promise<{ status: number; answer: unknown }> {
    const headers = {
      authorization: `Bearer ${tokens[person]}`,
      'content-type': 'application/json',
      'idempotency-key': randomUUID(),
    };
    for (let times = 0; ; times += 1) {
      try {
        const request = { method, headers, body: JSON.stringify(body), signal: AbortSignal.timeout(ANSWER_MS) };
        const response = await fetch(`${gateway}${path}`, request);
        const answer: unknown = await response.json();
        if (response.status < 500 && response.status !== 429) return { status: response.status, answer };
      } catch {
        // No answer: nobody knows whether it was done.
      }
      log.repeats += 1;
      await delay(Math.min(1_000, 100 * 2 ** times));
    }
  }

  async function orderSomething(): Promise<void> {
    const paymentToken = pick(random, paymentTokens);
    await order(basket(random), paymentToken, random() < 0.25 ? random() * 2_000 : undefined);
  }

  async function order(items: readonly Line[], paymentToken: string, cancelAfterMs?: number): Promise<void> {
    const person = pick(random, Object.keys(tokens));
    const { status, answer } = await ask(person, '/api/v1/orders', {
      items,
      paymentMethod: 'card',
      paymentToken,
      shippingAddress,
    });
    if (status !== 201) return void log.surprises.push(`an order was answered ${status}: ${JSON.stringify(answer)}`);
    const { id, totalAmount } = answer as { id: string; totalAmount: number };
    const accepted: Accepted = { id, person, paymentToken, items, totalAmount, cancelled: false };
    log.accepted.push(accepted);
    if (cancelAfterMs !== undefined) track(delay(cancelAfterMs).then(() => cancel(accepted)));
  }

  async function cancel(accepted: Accepted): Promise<void> {
    const { status, answer } = await ask(accepted.person, `/api/v1/orders/${accepted.id}/cancel`, {
      reason: 'changed my mind',
    });
    if (status === 202) accepted.cancelled = true;
    else log.surprises.push(`a cancel was answered ${status}: ${JSON.stringify(answer)}`);
  }

  // Nobody is owed anything for it but an answer, however often it is asked for.
  async function changeProfile(): Promise<void> {
    const person = pick(random, Object.keys(tokens));
    const { status } = await ask(
      person,
      '/api/v1/customers/me',
      { email: `${person}@example.org`, name: person },
      'PUT',
    );
    if (status !== 200) log.surprises.push(`a profile was answered ${status}`);
  }

  async function keepOrdering(): Promise<void> {
    while (!ending.signal.aborted) {
      await (random() < 0.1 ? changeProfile() : orderSomething());
      await delay(50 + random() * 300, undefined, { signal: ending.signal }).catch(() => {});
    }
  }

  return {
    log,
    begin() {
      loops = Array.from({ length: atOnce }, keepOrdering);
    },
    order: (items, paymentToken = 'tok_ok') => order(items, paymentToken),
    orderAndCancel: (items, afterMs) => order(items, 'tok_ok', afterMs),
    async finish() {
      ending.abort();
      await Promise.all(loops);
      while (underWay.size > 0) await Promise.all(underWay);
    },
  };
}

function basket(random: () => number): Line[] {
  const roll = random();
  if (roll < 0.1)
    return [
      { productId: 'ink', quantity: 1 },
      { productId: scarce, quantity: 500 },
    ];
  if (roll < 0.3)
    return [
      { productId: 'pen', quantity: 1 },
      { productId: scarce, quantity: 1 + Math.floor(random() * 2) },
    ];
  if (roll < 0.6)
    return [
      { productId: 'ink', quantity: 2 },
      { productId: 'pen', quantity: 1 + Math.floor(random() * 5) },
    ];
  return [{ productId: pick(random, ['ink', 'pen']), quantity: 1 + Math.floor(random() * 3) }];
}
