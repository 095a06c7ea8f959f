import type { CursorStore } from './cursors.js';
import { type TokenSource } from './token.js';
import type { Message } from './types.js';
export interface WatchParts {
    readonly url: string;
    readonly token: TokenSource;
    readonly cursors: CursorStore;
}
export interface WatchOptions {
    /** Ends the watch; the loop ends without an error. */ readonly signal?: AbortSignal;
    /** Called each time the connection is ready: from then on, or from the cursor, every message comes. Its error ends the watch. */ readonly onReady?: () => unknown;
}
/**
 * Live messages, in order, each once, for as long as the loop runs. It reconnects by itself, with the last cursor, after a
 * lost connection, a restart and the end of its token. A message counts as taken when the loop requests the next one or
 * ends; a process that dies before gets it again. Throws TokenError, CursorError, and errors of the cursor store.
 */ export declare function watch(parts: WatchParts, options?: WatchOptions): AsyncIterableIterator<Message>;
