import { compile, type KeyRing } from '@order-events/contracts';
import { type Client, kindOf } from '@order-events/runtime';
import {
  type Cause,
  createDocuments,
  type Decision,
  decide,
  type Relay,
  type Store,
  unchanged,
} from '@order-events/store';
import Type from 'typebox';
import { CatalogueUnreadableError, ProductUnknownError } from './errors.ts';
import type { CatalogueEntry } from './pricing.ts';

export interface Catalogue {
  /** Stores an entry unless a later one is stored. */
  update(productId: string, entry: CatalogueEntry, cause: Cause): Promise<void>;
  /**
   * The entries of these products, by id. Fetches missing ones from inventory and stores them. Rejects with
   * ProductUnknownError, or with `unavailable` when inventory must be called and is down.
   */
  entriesOf(productIds: readonly string[], cause: Cause): Promise<ReadonlyMap<string, CatalogueEntry>>;
}

interface Parts {
  readonly keys: KeyRing;
  readonly relay: Relay;
  readonly clock: () => Date;
  readonly inventory: Pick<Client, 'get'>;
}

export async function openCatalogue(store: Store, { keys, relay, clock, inventory }: Parts): Promise<Catalogue> {
  const collection = await store.collection<CatalogueEntry>('catalogue');
  const documents = createDocuments(collection, { source: '/services/orders', keys, relay, clock, keepsSeen: false });

  async function update(productId: string, entry: CatalogueEntry, cause: Cause): Promise<void> {
    await documents.change(productId, (known) => newer(known, entry), cause);
  }

  async function entryOf(productId: string, cause: Cause): Promise<CatalogueEntry | undefined> {
    const known = await collection.get(productId);
    if (known) return known.state;
    const entry = await fetchProduct(inventory, productId);
    if (entry) await update(productId, entry, cause);
    return entry;
  }

  return {
    update,
    async entriesOf(productIds, cause) {
      const found = await Promise.all(productIds.map(async (id) => [id, await entryOf(id, cause)] as const));
      const unknown = found.filter(([, entry]) => !entry).map(([id]) => id);
      if (unknown.length > 0) throw new ProductUnknownError(unknown);
      return new Map(found.flatMap(([id, entry]) => (entry ? [[id, entry] as const] : [])));
    },
  };
}

/** The highest sequence wins, in whatever order entries come, as events or by HTTP. */
export function newer(known: CatalogueEntry | undefined, received: CatalogueEntry): Decision<CatalogueEntry> {
  return known && known.sequence >= received.sequence ? unchanged(known) : decide(received);
}

const readProduct = compile(
  Type.Object({
    name: Type.String(),
    price: Type.Integer({ minimum: 0 }),
    currency: Type.String(),
    version: Type.Integer({ minimum: 1 }),
  }),
);

async function fetchProduct(inventory: Pick<Client, 'get'>, productId: string): Promise<CatalogueEntry | undefined> {
  try {
    const read = readProduct(await inventory.get(`/api/v1/products/${encodeURIComponent(productId)}`));
    if (!read.ok) throw new CatalogueUnreadableError(productId);
    const { name, price, currency, version } = read.value;
    return { name, price, currency, sequence: version };
  } catch (error) {
    if (kindOf(error) === 'not-found') return undefined;
    throw error;
  }
}
