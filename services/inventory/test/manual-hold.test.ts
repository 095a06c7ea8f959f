import { expect, test } from '@jest/globals';
import { asking, personToken, serveRoutes, someParts } from '@order-events/testing';
import { MemoryStore } from '@order-events/testing/memory-store';
import { routes } from '../src/http.ts';
import { createManualHolds, manualId, releaseByHand } from '../src/manual-hold.ts';
import { changeProduct } from '../src/product.ts';
import { service } from '../src/service.ts';

const admin = { correlationId: 'a', triggeredBy: 'admin' } as const;
const hold = { productId: 'lamp', orderId: 'fair-2026', quantity: 4 };
const now = () => new Date().toISOString();

test('while another request releases a hold, a request for it is 503 with Retry-After', async () => {
  const parts = await service.open(someParts({ store: new MemoryStore() }));
  const { products, reservations } = parts;
  const made = { name: 'Lamp', price: 1, currency: 'EUR', restock: 10 };
  await products.change('lamp', (at) => changeProduct('lamp', at, made), admin);
  await parts.manualHolds.reserve(hold, admin);
  const { document } = await reservations.change(manualId(hold), (at) => releaseByHand(at, hold, admin, now()), admin);
  // The other request has recorded its release between this request's finish and its decision.
  const stock = { finish: async () => document.state };
  const manualHolds = createManualHolds({ reservations, stock, now });
  const http = await serveRoutes('inventory', routes({ ...parts, manualHolds }));
  const ask = asking(http.url, personToken('root', 'admin'));
  const { productId, ...body } = hold;
  const answers = ['reserve', 'release'].map((step) => ask('POST', `/api/v1/products/${productId}/${step}`, body));
  for (const { status, body, headers } of await Promise.all(answers)) {
    expect([status, body.code, headers.get('retry-after')]).toEqual([503, 'reservation-under-way', '1']);
  }
  await http.stop();
});
