import { isOver, postOnce, withoutMarkers } from '@order-events/store';
import { changeProduct, type Product } from '../src/product.ts';
import { type Fact, learn, made, type Reservation } from '../src/reservation.ts';
import { stockRules } from '../src/reserve-stock.ts';

/**
 * Every interleaving of handlers that may stall anywhere, of facts about an order, of a restock and of a sweep that drops
 * markers, over one order of several products. The decisions are those of the service. The model has the reads and writes
 * of each worker: the steps of `finish` in libs/store, which reads again after a lost race.
 */
export interface Model {
  /** Units there are of each product; the order wants one of each. */
  readonly stock: readonly number[];
  readonly workers: number;
  /** What becomes known, in any order and at any time; each once. */
  readonly facts: readonly Fact[];
  /** The last product is restocked by one, at any time. */
  readonly restocked?: boolean;
  /** A mistake to be found out. */
  readonly mistake?: 'entry-read-first' | 'no-fence' | 'no-marker' | 'marker-dropped-early' | 'marker-dropped-in-batch';
  readonly mostStates?: number;
}

export interface Explored {
  readonly states: number;
  /** The first state that must not be; undefined: none is reachable. */
  readonly broken?: string;
}

const now = '2030-01-01T00:00:00.000Z';
const id = 'order';
const rules = stockRules(() => now);
const cause = { correlationId: 'model', triggeredBy: 'system' } as const;

/** A worker between two reads or writes. `isStale`: the product that it read was written since. */
interface Worker {
  readonly at: 'idle' | 'product' | 'entry' | 'write' | 'end';
  readonly n?: number;
  readonly line?: number;
  readonly product?: Product;
  readonly isStale?: boolean;
  readonly entry?: Reservation;
  readonly refused?: unknown;
}

interface State {
  readonly products: readonly Product[];
  readonly reservation: Reservation;
  readonly workers: readonly Worker[];
  readonly facts: readonly Fact[];
  readonly restocked: boolean;
  /** The sweep between its read of a product and of the reservation, or before its write. */
  readonly sweep?: { readonly line: number; readonly n: number; readonly isOver?: boolean; readonly isStale?: boolean };
}

export function explore(model: Model): Explored {
  const { mostStates = 5_000_000 } = model;
  const first = beginning(model);
  const seen = new Set([keyOf(first)]);
  const open = [first];
  for (let state = open.pop(); state; state = open.pop()) {
    const broken = brokenIn(state, model);
    if (broken) return { states: seen.size, broken: `${broken}: ${keyOf(state)}` };
    for (const next of nextOf(state, model)) {
      const key = keyOf(next);
      if (seen.has(key)) continue;
      seen.add(key);
      open.push(next);
    }
    if (seen.size > mostStates) throw new Error(`more than ${mostStates} states`);
  }
  return { states: seen.size };
}

function beginning({ stock, workers, facts, restocked = false }: Model): State {
  const products = stock.map((available): Product => ({ ...aProduct, available }));
  const lines = stock.map((_, line) => ({ productId: String(line), quantity: 1 }));
  const reservation = made({ orderId: id, lines, cause }, now);
  return { products, reservation, workers: Array(workers).fill({ at: 'idle' }), facts, restocked };
}

const aProduct = {
  ...{ name: 'Lamp', price: 1, currency: 'EUR', lowStockAt: 0 },
  ...{ available: 0, held: 0, sold: 0, lost: 0, shortage: 0, moving: {} },
};

function* nextOf(state: State, model: Model): Generator<State> {
  for (const [number, worker] of state.workers.entries()) yield* stepOf(state, number, worker, model);
  for (const fact of state.facts) {
    const reservation = learn(state.reservation, fact, { orderId: id, lines: [], cause }, now).state;
    yield { ...state, reservation, facts: state.facts.filter((each) => each !== fact) };
  }
  if (state.restocked) {
    const line = state.products.length - 1;
    const product = changeProduct(
      String(line),
      state.products[line],
      { restock: 1 },
      '0c9f3b52-8a43-5d8e-9b0a-3f0f6f1f7d11',
    ).state;
    yield { ...written(state, line, product), restocked: false };
  }
  yield* sweepOf(state, model);
}

function* stepOf(state: State, number: number, worker: Worker, { mistake }: Model): Generator<State> {
  const as = (next: Worker, from = state): State => ({ ...from, workers: from.workers.with(number, next) });
  const { reservation, products } = state;
  const { n = 0, line = 0 } = worker;
  const entryFirst = mistake === 'entry-read-first';
  const readLine = (from: number) => ({ at: entryFirst ? 'entry' : 'product', n, line: from }) as const;
  switch (worker.at) {
    case 'idle':
      if (reservation.pending) yield as({ ...readLine(0), n: reservation.n });
      return;
    case 'product': {
      if (line === products.length) return yield as({ at: 'end', n });
      return yield as({ ...worker, at: entryFirst ? 'write' : 'entry', product: products[line] as Product });
    }
    case 'entry':
      if (line === products.length) return yield as({ at: 'end', n });
      return yield as({ ...worker, at: entryFirst ? 'product' : 'write', entry: reservation });
    case 'write': {
      let decision: ReturnType<typeof post>;
      try {
        decision = post(worker, mistake);
      } catch (refused) {
        return yield as({ at: 'end', n, refused, line });
      }
      if ('unchanged' in decision || !decision.state) return yield as(readLine(line + 1));
      if (worker.isStale) return yield as(readLine(line));
      return yield as(readLine(line + 1), written(state, line, decision.state));
    }
    case 'end': {
      if (reservation.n !== n || !reservation.pending) return yield as({ at: 'idle' });
      const decision = worker.refused
        ? rules.refuse(reservation, String(line), worker.refused)
        : rules.complete(reservation);
      return yield as({ at: 'idle' }, { ...state, reservation: decision?.state ?? reservation });
    }
  }
}

/** `total` is the product as read, or as another change that shares the write leaves it. */
function post({ n = 0, line = 0, product, entry }: Worker, mistake: Model['mistake'], total = product) {
  const marked = mistake === 'no-marker' ? { ...total, moving: {} } : total;
  const before = mistake === 'marker-dropped-in-batch' || mistake === 'no-marker' ? undefined : product;
  return postOnce(marked as Product, { id, n, entry, over: new Map(), before }, (from, marker) => {
    const isFence = from.pending === 'undo' && marker !== n - 1;
    if (isFence && mistake === 'no-fence') return { unchanged: true, state: total };
    return rules.move(String(line), total, from, marker, 0);
  });
}

/** Reads a product, then the reservation, and drops the marker if it is over. */
function* sweepOf(state: State, { mistake }: Model): Generator<State> {
  const { sweep, products, reservation, ...rest } = state;
  if (!sweep) {
    for (const [line, { moving }] of products.entries()) {
      if (moving[id] !== undefined) yield { ...state, sweep: { line, n: moving[id] } };
    }
  } else if (sweep.isOver === undefined) {
    const over = mistake === 'marker-dropped-early' || isOver(reservation);
    yield { ...state, sweep: { ...sweep, isOver: over } };
  } else {
    const base = { ...rest, products, reservation };
    const product = products[sweep.line] as Product;
    const drops = sweep.isOver && !sweep.isStale;
    if (!drops) return yield base;
    const dropped = withoutMarkers(product, new Map([[id, sweep.n]]));
    yield written(base, sweep.line, dropped);
    yield* sharingOf(base, sweep.line, dropped, mistake);
  }
}

/** The sweep's write is shared by a handler that has read the same product, and is decided after the sweep. */
function* sharingOf(base: State, line: number, dropped: Product, mistake: Model['mistake']): Generator<State> {
  for (const [number, worker] of base.workers.entries()) {
    if (worker.at !== 'write' || worker.line !== line || worker.isStale || !worker.product) continue;
    let decision: ReturnType<typeof post>;
    try {
      decision = post(worker, mistake, dropped);
    } catch {
      continue;
    }
    const workers = base.workers.with(number, { at: 'product', n: worker.n ?? 0, line: line + 1 });
    yield written({ ...base, workers }, line, decision.state ?? dropped);
  }
}

function written(state: State, line: number, product: Product): State {
  const workers = state.workers.map((worker) =>
    worker.product && worker.line === line ? { ...worker, isStale: true } : worker,
  );
  const sweep = state.sweep?.line === line ? { sweep: { ...state.sweep, isStale: true } } : {};
  return { ...state, products: state.products.with(line, product), workers, ...sweep };
}

/** The faults of a state. While nothing is pending, the products match the reservation exactly. */
function brokenIn({ products, reservation, workers, restocked }: State, model: Model): string | undefined {
  const { status, pending } = reservation;
  for (const [line, { available, held, sold, lost, shortage }] of products.entries()) {
    const came = model.restocked && !restocked && line === products.length - 1 ? 1 : 0;
    const units = available + held + sold + lost - shortage;
    if (units !== (model.stock[line] ?? 0) + came) return `product ${line} has ${units} units`;
    if (Math.min(available, held, sold, lost, shortage) < 0) return `product ${line} has less than none`;
    if (available > 0 && shortage > 0) return `product ${line} is available while it is short`;
    if (pending) continue;
    const is = { held, sold, lost };
    const wanted = { held: status === 'reserved', sold: status === 'shipped', lost: status === 'lost' };
    for (const place of ['held', 'sold', 'lost'] as const) {
      if (is[place] !== Number(wanted[place])) return `${status}, and ${is[place]} of product ${line} ${place}`;
    }
  }
  const stuck = !pending && workers.every(({ at }) => at === 'idle') && status === 'new' && reservation.facts.wanted;
  return stuck ? 'wanted, and nothing is done' : undefined;
}

/** Equal for states with the same future: workers are alike, and nothing else of what they have read is used. */
function keyOf({ products, reservation, workers, facts, restocked, sweep }: State): string {
  const workerKeys = workers.map(({ at, n, line, product, isStale, entry, refused }) => {
    if (at === 'idle' || at === 'end') return JSON.stringify([at, n, refused !== undefined && line]);
    const read = product && (isStale ? [product.available > 0, product.moving[id]] : shortOf(product));
    return JSON.stringify([at, n, line, read, isStale, entry && [entry.n, entry.pending]]);
  });
  const { status, n, pending, refusal } = reservation;
  const known = [status, n, pending, Object.keys(reservation.facts).sort(), refusal?.shortages[0]?.productId];
  return JSON.stringify([products.map(shortOf), known, workerKeys.sort(), facts, restocked, sweep]);
}

function shortOf({ available, held, sold, lost, shortage, moving }: Product) {
  return [available, held, sold, lost, shortage, moving[id]];
}
