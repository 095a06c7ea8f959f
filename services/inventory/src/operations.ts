/** The places where a unit of a product is counted. */
export type Place = 'available' | 'held' | 'sold' | 'lost';

export type Operation = 'hold' | 'undo' | 'release' | 'dispatch' | 'take' | 'return' | 'lose' | 'recover';

/** Every operation: the place it takes units from, and the place it puts them into. */
export const operations: Readonly<Record<Operation, { readonly from: Place; readonly to: Place }>> = {
  hold: { from: 'available', to: 'held' },
  /** Undoes a hold that was refused or cancelled half-way, for the lines that are held. */
  undo: { from: 'held', to: 'available' },
  release: { from: 'held', to: 'available' },
  dispatch: { from: 'held', to: 'sold' },
  /** For an order that holds nothing and was dispatched all the same. Missing units become shortage. */
  take: { from: 'available', to: 'sold' },
  return: { from: 'sold', to: 'available' },
  lose: { from: 'sold', to: 'lost' },
  /** Units that were lost and came back. */
  recover: { from: 'lost', to: 'available' },
};
