import { emailEvents } from './email.ts';
import { type ContractFacts, nameOf } from './event.ts';
import { giftEvents } from './gifts.ts';
import { inventoryEvents } from './inventory.ts';
import { orderEvents } from './orders.ts';
import { paymentEvents } from './payments.ts';

/** The contracts of all events. */
export const contracts: readonly ContractFacts[] = [
  ...orderEvents,
  ...inventoryEvents,
  ...paymentEvents,
  ...emailEvents,
];

// The example's events are known, so that its tests run in place; no list and no page names them.
const known: readonly ContractFacts[] = [...contracts, ...giftEvents];
const byType = new Map(known.map((contract) => [contract.type, contract]));
const names = new Set(known.map(({ type }) => nameOf(type)));

export function contractOf(type: string): ContractFacts | undefined {
  return byType.get(type);
}

/** Whether an event of this name exists, in any major version. */
export function isKnownName(type: string): boolean {
  return names.has(nameOf(type));
}
