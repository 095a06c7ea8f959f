import { expect, test } from '@jest/globals';
import { currencyCodes } from '@order-events/contracts';
import { currencies } from '@order-events/payment-provider-sandbox';

test('the provider sandbox takes exactly the currencies that a price can be in', () => {
  expect(currencies).toEqual(currencyCodes);
});
