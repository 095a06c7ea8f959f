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

/** What a product was called and cost, as of the `sequence`th event that inventory said about it. */
export interface CatalogueEntry {
  readonly name: string;
  /** In minor units of `currency`. */
  readonly price: number;
  readonly currency: string;
  readonly sequence: number;
}

export interface Catalogue {
  /** Takes what inventory says of a product, unless something later is known. */
  learn(productId: string, entry: CatalogueEntry, cause: Cause): Promise<void>;
  /**
   * The entries of these products, by id. Asks inventory for what the copy lacks, and keeps it. Rejects with
   * ProductUnknownError, or `unavailable` when inventory would have to be asked and is down.
   */
  entriesOf(productIds: readonly string[], cause: Cause): Promise<ReadonlyMap<string, CatalogueEntry>>;
}

interface Parts {
  readonly keys: KeyRing;
  readonly relay: Relay;
  readonly inventory: Pick<Client, 'get'>;
}

export async function openCatalogue(store: Store, { keys, relay, inventory }: Parts): Promise<Catalogue> {
  const collection = await store.collection<CatalogueEntry>('catalogue');
  const documents = createDocuments(collection, { source: '/services/orders', keys, relay, keepsSeen: false });

  async function learn(productId: string, entry: CatalogueEntry, cause: Cause): Promise<void> {
    await documents.change(productId, (known) => newer(known, entry), cause);
  }

  async function entryOf(productId: string, cause: Cause): Promise<CatalogueEntry | undefined> {
    const known = await collection.get(productId);
    if (known) return known.state;
    const entry = await ask(inventory, productId);
    if (entry) await learn(productId, entry, cause);
    return entry;
  }

  return {
    learn,
    async entriesOf(productIds, cause) {
      const found = await Promise.all(productIds.map(async (id) => [id, await entryOf(id, cause)] as const));
      const unknown = found.filter(([, entry]) => !entry).map(([id]) => id);
      if (unknown.length > 0) throw new ProductUnknownError(unknown);
      return new Map(found.flatMap(([id, entry]) => (entry ? [[id, entry] as const] : [])));
    },
  };
}

/** Whichever way and in whatever order news comes, the highest sequence wins. */
export function newer(known: CatalogueEntry | undefined, heard: CatalogueEntry): Decision<CatalogueEntry> {
  return known && known.sequence >= heard.sequence ? unchanged(known) : decide(heard);
}

const readProduct = compile(
  Type.Object({
    name: Type.String(),
    price: Type.Integer({ minimum: 0 }),
    currency: Type.String(),
    version: Type.Integer({ minimum: 1 }),
  }),
);

async function ask(inventory: Pick<Client, 'get'>, productId: string): Promise<CatalogueEntry | undefined> {
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
