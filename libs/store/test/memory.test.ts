import { describe } from '@jest/globals';
import { MemoryStore } from '@order-events/testing/memory-store';
import { storeContract } from './store-contract.ts';

describe('the store in memory, on which simulations run', () => {
  const store = new MemoryStore();
  storeContract(async () => store.another());
});
