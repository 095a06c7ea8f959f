import { amount, currencyOfPrice, typedLine } from '@order-events/contracts';
import { required } from '@order-events/runtime';
import Type from 'typebox';

const quantity = Type.Integer({ minimum: 1, maximum: 10_000 });
const stock = Type.Integer({ minimum: -1_000_000, maximum: 1_000_000 });

/** What an admin changes of a product. */
export const productChange = Type.Object(
  {
    name: Type.Optional(typedLine(200)),
    /** Its limit depends on the currency: see changeProduct. */
    price: Type.Optional(amount),
    currency: Type.Optional(currencyOfPrice),
    lowStockAt: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000 })),
    restock: Type.Optional(stock),
  },
  { additionalProperties: false, minProperties: 1 },
);

/** Units that are held or given back by hand. */
export const hold = Type.Object(
  { quantity, orderId: Type.String({ minLength: 1, maxLength: 64, pattern: '^[A-Za-z0-9-]+$' }) },
  { additionalProperties: false },
);

/** Product ids are chosen by the catalogue: short, printable, safe in a path. */
export const productId = required(Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$' }), {
  code: 'product-id-invalid',
  wanted: 'a product id has 1 to 64 letters, digits, dots, dashes or underscores',
});
