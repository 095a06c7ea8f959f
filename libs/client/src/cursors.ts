/** Where a client keeps how far it has read. What it does may be asynchronous; a failure ends the watch. */
export interface CursorStore {
  /** The cursor saved last; nothing when there is none. */
  load(): Awaitable<string | null | undefined>;
  save(cursor: string): Awaitable<unknown>;
}

type Awaitable<T> = T | Promise<T>;

/** Lasts as long as the client. */
export function inMemory(): CursorStore {
  let last: string | undefined;
  return {
    load: () => last,
    save: (cursor) => {
      last = cursor;
    },
  };
}
