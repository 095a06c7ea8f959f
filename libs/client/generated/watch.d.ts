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
    /** Called each time the connection stands: from here on (or from the cursor) every message comes. Its error ends the watch. */ readonly onReady?: () => unknown;
}
/**
 * Live messages, in order, each once, for as long as the loop runs: it comes back by itself after a cut, a restart and the
 * token's end, with the last cursor. A message counts as taken when the loop asks for the next one or is left; a
 * process that dies before gets it again. Throws TokenError and CursorError, and what the cursor store throws.
 */ export declare function watch(parts: WatchParts, options?: WatchOptions): AsyncIterableIterator<Message>;
