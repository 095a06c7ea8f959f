import { randomUUID } from 'node:crypto';
import { Status } from '@order-events/contracts';
import { shippingAddress } from '@order-events/demo';
import { cancel, requestedCancellation } from '@order-events/orders';
import { type Accepted, type Line, pick } from '@order-events/prove/check';
import { unchanged } from '@order-events/store';
import { hasLeft, nextMove, type OrderState } from './next-move.ts';
import type { Running } from './services.ts';
import type { World } from './world.ts';

type Orders = NonNullable<Running['doors']['orders']>;

interface Parts {
  readonly world: World;
  /** A process of orders that answers at present, any of them. */
  readonly orders: () => Running | undefined;
  /** All at once, and after the same few things. */
  readonly rush: boolean;
  /** When the last one has begun, and whether requests are under way. */
  readonly untilMs: number;
}

export interface Customers {
  readonly accepted: Accepted[];
  /** Requests that were not answered yet, and orders that an admin has still to ship. */
  readonly waiting: () => number;
}

const caller = { id: 'ada', role: 'user', expiresAt: new Date(Date.UTC(2100, 0, 1)) } as const;
const tokens = ['tok_ok', 'tok_ok', 'tok_ok', 'tok_ok', 'tok_declined', 'tok_capture_fails'];
const TIMEOUT_MS = 5_000;
const RUSH_MS = 5_000;

/** People who order and cancel, and an admin who ships; all ask again, under the same key, until they are answered. */
export function createCustomers({ world, orders, rush, untilMs }: Parts): Customers {
  const { timeline, random } = world;
  const accepted: Accepted[] = [];
  const toShip = new Set<string>();
  let waiting = 0;

  /** Asks until it is answered; what comes of it is known once, to whoever asked. */
  function insist<T>(what: string, work: (orders: Orders) => Promise<T>, then: (answer: T) => void): void {
    waiting += 1;
    let answered = false;
    const again = () => timeline.at(world.between(100, 500), attempt);
    function attempt(): void {
      if (answered) return;
      const running = orders();
      if (!running) return void again();
      const { process } = running;
      let given = false;
      const giveUp = (next: () => void) => {
        if (!given) next();
        given = true;
      };
      timeline.at(TIMEOUT_MS, () => giveUp(attempt));
      const answer = (act: () => void) => {
        if (process.alive) timeline.at(world.latency(), () => !answered && act());
      };
      const conclude = (value: T) => {
        answered = true;
        waiting -= 1;
        world.tell('customer', `is answered: ${what}`);
        then(value);
      };
      timeline.within(process, world.latency(), () => {
        if (!running.doors.orders || world.isDead(process)) return;
        work(running.doors.orders).then(
          (value) => answer(() => conclude(value)),
          () => answer(() => giveUp(again)),
        );
      });
    }
    attempt();
  }

  function order(key: string): void {
    const paymentToken = pick(random, tokens);
    const items = rush ? whatAllWant(random) : whatSomeWant(random);
    const request = { items, paymentMethod: 'card', paymentToken, shippingAddress };
    insist(
      `order ${key}`,
      ({ placeOrder }) => placeOrder(request, key, requestContext()),
      ({ order: { id, totalAmount } }) => {
        const person = caller.id;
        accepted.push({ id, person, paymentToken, items, totalAmount, cancelled: false });
        const soonMs = random() < 0.5 ? 200 : 5_000;
        if (random() < (rush ? 0.8 : 0.4)) timeline.at(world.between(0, soonMs), () => cancelOrder(id));
        if (random() < 0.7) ship(id);
      },
    );
  }

  function cancelOrder(id: string): void {
    const decide = (at: string) => (stored: OrderState | undefined) => {
      const state = there(stored);
      // That it has left is an answer, too.
      return hasLeft(state)
        ? unchanged(state)
        : cancel(state, requestedCancellation(state, caller, 'too late'), { at });
    };
    insist(
      `cancel ${id}`,
      (door) => door.orders.change(id, decide(requestContext().at), requestContext().cause),
      ({ document }) => {
        for (const each of accepted) if (each.id === id) each.cancelled = !hasLeft(document.state);
      },
    );
  }

  /** Looks at the order now and then, and moves it on as far as it may go, until it is shipped or cancelled. */
  function ship(id: string): void {
    toShip.add(id);
    const decide = (at: string) => (state: OrderState | undefined) => nextMove(there(state), { at });
    insist(
      `ship ${id}`,
      (door) => door.orders.change(id, decide(requestContext().at), requestContext().cause),
      ({ document: { state } }) => {
        const isOver = hasLeft(state) || state.order.status === Status.Cancelled;
        if (!isOver) return void timeline.at(world.between(0, 2_000), () => ship(id));
        toShip.delete(id);
        for (const each of accepted) if (each.id === id) each.shipped = hasLeft(state);
      },
    );
  }

  const count = 1 + Math.floor(random() * (rush ? 10 : 5));
  for (let number = 1; number <= count; number++) {
    timeline.at(world.between(0, rush ? RUSH_MS : untilMs), () => order(`key-${number}`));
  }
  return { accepted, waiting: () => waiting + toShip.size };
}

/** An order that was answered is never missing. */
function there(state: OrderState | undefined): OrderState {
  if (!state) throw new Error('an order that was answered is not there');
  return state;
}

function whatSomeWant(random: () => number): Line[] {
  const line = () => ({ productId: pick(random, ['ink', 'pen', 'quill']), quantity: 1 + Math.floor(random() * 5) });
  return random() < 0.5 ? [line()] : [line(), line()];
}

// The last line is the one that there is too little of, so that those before it are held when it is refused.
function whatAllWant(random: () => number): Line[] {
  return [
    { productId: pick(random, ['ink', 'pen']), quantity: 1 },
    { productId: 'quill', quantity: 4 + Math.floor(random() * 9) },
  ];
}

function requestContext() {
  const at = new Date().toISOString();
  const cause = { correlationId: randomUUID(), triggeredBy: 'user' } as const;
  return { caller, at, cause, decisionContext: () => ({ at }) };
}
