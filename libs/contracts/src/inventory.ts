import Type from 'typebox';
import { defineEvent } from './event.ts';
import { exampleOrderId } from './examples.ts';
import { amount, closed, currency, idText, noted, productName, quantity, units, uuid } from './fields.ts';

const items = Type.Array(closed({ productId: idText, quantity }), { minItems: 1, maxItems: 100 });
const ofOrder = closed({ orderId: uuid, items });
const exampleItems = [
  { productId: 'lamp', quantity: 1 },
  { productId: 'pen', quantity: 2 },
];
const common = { owner: 'inventory', version: '1.0.0' } as const;

export const inventoryReserved = defineEvent('inventory.reserved.v1', {
  ...common,
  summary: 'Every line of an order is held for it.',
  data: ofOrder,
  example: { orderId: exampleOrderId, items: exampleItems },
});

export const inventoryRejected = defineEvent('inventory.rejected.v1', {
  ...common,
  summary: 'A line of an order can’t be had, so none is held.',
  data: closed({
    orderId: uuid,
    code: Type.Enum(['out-of-stock', 'product-unknown', 'product-busy']),
    shortages: Type.Array(closed({ productId: idText, requested: quantity, available: units }), { maxItems: 100 }),
  }),
  example: {
    orderId: exampleOrderId,
    code: 'out-of-stock',
    shortages: [{ productId: 'lamp', requested: 3, available: 1 }],
  },
});

export const inventoryReleased = defineEvent('inventory.released.v1', {
  ...common,
  summary: 'What was held for an order is available again.',
  data: ofOrder,
  example: { orderId: exampleOrderId, items: exampleItems },
});

export const inventoryAdjusted = defineEvent('inventory.adjusted.v1', {
  ...common,
  summary: 'Units of a product that was there came in, or were taken out, by hand.',
  data: closed({
    productId: idText,
    delta: noted(
      Type.Integer({ minimum: -1_000_000_000, maximum: 1_000_000_000 }),
      'units that came in; less than 0: that were taken out',
    ),
    entryId: noted(uuid, 'of the adjustment: the same for a repeat of the request'),
  }),
  example: { productId: 'lamp', delta: 40, entryId: '0c9f3b52-8a43-5d8e-9b0a-3f0f6f1f7d11' },
});

export const inventoryLowStock = defineEvent('inventory.low_stock.v1', {
  ...common,
  summary: 'A product’s available units fell to its threshold or below; said once per crossing.',
  data: closed({ product: closed({ id: idText, name: productName, available: units, lowStockAt: units }) }),
  example: { product: { id: 'lamp', name: 'Brass desk lamp', available: 5, lowStockAt: 5 } },
});

export const productChanged = defineEvent('product.changed.v1', {
  ...common,
  summary: 'A product is new, or its name, price, currency, threshold or availability label changed.',
  data: closed({
    product: closed({
      id: idText,
      name: productName,
      price: amount,
      currency,
      lowStockAt: units,
      availability: Type.Enum(['in-stock', 'low-stock', 'out-of-stock']),
    }),
  }),
  example: {
    product: {
      id: 'lamp',
      name: 'Brass desk lamp',
      price: 4_990,
      currency: 'EUR',
      lowStockAt: 5,
      availability: 'in-stock',
    },
  },
});

export const inventoryEvents = [
  inventoryReserved,
  inventoryRejected,
  inventoryReleased,
  inventoryAdjusted,
  inventoryLowStock,
  productChanged,
];
