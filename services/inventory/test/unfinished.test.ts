import { expect, test } from '@jest/globals';
import type { FindOptions, Page } from '@order-events/store';
import type { Reservation } from '../src/reservation.ts';
import { unfinished } from '../src/unfinished.ts';

const log = { debug() {}, info() {}, warn() {}, error() {} };
const none = async () => ({ documents: [] });

/** As many reservations under way as asked for, a page at a time, then one more. */
function stuckBefore(count: number) {
  const ids = [...Array.from({ length: count }, (_, at) => `stuck-${String(at).padStart(4, '0')}`), 'waiting'];
  return async (index: string, { from, after = '', limit }: FindOptions): Promise<Page<Reservation>> => {
    if (index !== 'pending' || from !== undefined) return none();
    const rest = ids.filter((id) => id > after);
    const documents = rest.slice(0, limit).map((id) => ({ id, rev: 1, version: 0, outbox: [], seen: [], state: {} }));
    return { documents: documents as never[], ...(rest.length > limit && { next: documents.at(-1)?.id }) } as never;
  };
}

test.each([1, 100, 350])(
  '%i reservations that can’t be finished don’t keep the next one from being finished',
  async (count) => {
    const finished: string[] = [];
    const finish = async (id: string) => {
      if (id.startsWith('stuck')) throw new Error('its product can’t be read');
      finished.push(id);
      return {} as never;
    };
    const documents = {
      reservations: { find: stuckBefore(count) },
      products: { find: none },
      restocks: { find: none },
    };
    const jobs = unfinished({ documents, stock: { finish }, clock: () => new Date(), log } as never);
    for (const job of jobs) await job().catch(() => undefined);
    expect(finished).toEqual(['waiting']);
  },
);
