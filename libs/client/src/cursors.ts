/** Stores how far a client has read. Its methods may be asynchronous; a failure ends the watch. */
export interface CursorStore {
  /** The cursor saved last; null or undefined when there is none. */
  load(): Awaitable<string | null | undefined>;
  save(cursor: string): Awaitable<unknown>;
}

type Awaitable<T> = T | Promise<T>;

/** A store that lasts as long as the client. */
export function inMemory(): CursorStore {
  let last: string | undefined;
  return {
    load: () => last,
    save: (cursor) => {
      last = cursor;
    },
  };
}
