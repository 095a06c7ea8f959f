import { io } from 'socket.io-client';
import { CursorError, TokenError } from './errors.js';
import { presentToken } from './token.js';
/** The most messages that wait for the loop. Then the client disconnects, and the service keeps the rest. */ const mostWaiting = 1_000;
const againMs = 1_000;
const done = {
    done: true,
    value: undefined
};
/**
 * Live messages, in order, each once, for as long as the loop runs. It reconnects by itself, with the last cursor, after a
 * lost connection, a restart and the end of its token. A message counts as taken when the loop requests the next one or
 * ends; a process that dies before gets it again. Throws TokenError, CursorError, and errors of the cursor store.
 */ export function watch(parts, options = {}) {
    const { cursors } = parts;
    let connection;
    let inHand;
    let ended = false;
    let turn = Promise.resolve();
    async function step() {
        try {
            await taken();
            const cursor = connection ? undefined : await cursors.load();
            if (ended) return done;
            connection ??= connect(parts, cursor ?? undefined, options);
            for(;;){
                const next = await connection.next();
                if (!next) return end();
                inHand = next.cursor;
                if (next.event !== 'ready') return {
                    done: false,
                    value: next
                };
                await taken();
            }
        } catch (error) {
            await end();
            throw error;
        }
    }
    async function taken() {
        const cursor = inHand;
        inHand = undefined;
        if (cursor !== undefined) await cursors.save(cursor);
    }
    async function end() {
        ended = true;
        connection?.close();
        await taken();
        return done;
    }
    return {
        next () {
            const next = turn.then(step);
            turn = next.catch(()=>undefined);
            return next;
        },
        return: end,
        [Symbol.asyncIterator] () {
            return this;
        }
    };
}
/** One connection after another, and their messages. */ function connect({ url, token }, first, { signal, onReady }) {
    const waiting = [];
    let cursor = first;
    let end;
    let refusedTokens = 0;
    let full = false;
    let wake = ()=>{};
    // No later change of transport: a connection lost during one is noticed late.
    const socket = io(url, {
        transports: [
            'websocket',
            'polling'
        ],
        tryAllTransports: true,
        forceNew: true,
        auth: give
    });
    function give(answer) {
        const { engine } = socket.io;
        const isPresent = ()=>socket.io.engine === engine;
        presentToken(token).then((present)=>isPresent() && answer({
                token: present,
                ...cursor !== undefined && {
                    cursor
                }
            }), // The token source failed: handled as a lost connection, so it is called again.
        (error)=>error instanceof TokenError ? finish(error) : isPresent() && engine.close());
    }
    function finish(error) {
        end ??= error === undefined ? {} : {
            error
        };
        socket.disconnect();
        wake();
    }
    function reconnect() {
        setTimeout(()=>{
            if (!end && !socket.active) socket.connect();
        }, againMs);
    }
    function take(event, payload) {
        if (end || full) return;
        // Messages behind a full list are not taken: the next connection brings them.
        if (waiting.length >= mostWaiting) {
            full = true;
            return void socket.disconnect();
        }
        cursor = payload.cursor;
        waiting.push({
            ...payload,
            event
        });
        wake();
    }
    socket.onAny((event, payload)=>{
        if (typeof payload?.cursor !== 'string') return;
        if (event === 'ready') {
            refusedTokens = 0;
            void (async ()=>onReady?.())().catch(finish);
            // The client's own cursor counts: this one may be older than the waiting messages.
            if (cursor !== undefined) return;
        }
        take(event, {
            ...payload,
            cursor: payload.cursor
        });
    });
    socket.on('disconnect', (reason)=>reason === 'io server disconnect' && reconnect());
    socket.on('connect_error', ({ message })=>{
        if (socket.active) return;
        if (message === 'Invalid cursor') return finish(new CursorError('cursor-invalid', 'the service refuses the cursor'));
        if (!message.startsWith('Authentication error')) return reconnect();
        // The token may have expired on its way: a new one is tried once.
        if (++refusedTokens > 1) return finish(new TokenError('token-invalid', `the service refuses the token: ${message}`));
        reconnect();
    });
    const abort = ()=>finish();
    signal?.addEventListener('abort', abort, {
        once: true
    });
    if (signal?.aborted) finish();
    return {
        async next () {
            if (full && waiting.length === 0) {
                full = false;
                socket.connect();
            }
            while(waiting.length === 0 && !end){
                await new Promise((resolve)=>{
                    wake = resolve;
                });
            }
            if (waiting.length === 0 && end && 'error' in end) throw end.error;
            return end && !('error' in end) ? undefined : waiting.shift();
        },
        close () {
            signal?.removeEventListener('abort', abort);
            finish();
        }
    };
}
