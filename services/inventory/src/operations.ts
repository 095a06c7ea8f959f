/** Where a unit of a product can be. */
export type Place = 'available' | 'held' | 'sold' | 'lost';

export type Operation = 'hold' | 'undo' | 'release' | 'dispatch' | 'take' | 'return' | 'lose' | 'recover';

/** Every way units of an order go. */
export const operations: Readonly<Record<Operation, { readonly from: Place; readonly to: Place }>> = {
  hold: { from: 'available', to: 'held' },
  /** Of a hold that was refused or cancelled half-way: of the lines that are held. */
  undo: { from: 'held', to: 'available' },
  release: { from: 'held', to: 'available' },
  dispatch: { from: 'held', to: 'sold' },
  /** Of an order that holds nothing and was dispatched all the same: what isn't there is shortage. */
  take: { from: 'available', to: 'sold' },
  return: { from: 'sold', to: 'available' },
  lose: { from: 'sold', to: 'lost' },
  /** Given up for lost, and come back after all. */
  recover: { from: 'lost', to: 'available' },
};
