import { inMemory } from './cursors.js';
import { createSend } from './request.js';
import { watch } from './watch.js';
/** Throws TypeError for an invalid URL. Opens no connection before its first use. */ export function createClient(options) {
    const { token, cursors = inMemory(), patienceMs = 60_000 } = options;
    const url = new URL(options.url).href.replace(/\/$/, '');
    const send = createSend({
        url,
        token,
        patienceMs
    });
    const orderPath = (id)=>`/api/v1/orders/${encodeURIComponent(id)}`;
    async function history(id, { signal } = {}) {
        const events = [];
        for(let cursor;;){
            const query = cursor ? `?cursor=${encodeURIComponent(cursor)}` : '';
            const page = await send({
                path: `${orderPath(id)}/events${query}`,
                signal
            });
            events.push(...page.events);
            cursor = page.nextCursor;
            if (!cursor) return {
                events,
                count: page.count
            };
        }
    }
    return {
        placeOrder: (order, { key = randomKey(), signal } = {})=>send({
                method: 'POST',
                path: '/api/v1/orders',
                body: JSON.stringify(order),
                key,
                signal
            }),
        order: (id, { signal } = {})=>send({
                path: orderPath(id),
                signal
            }),
        orders: (query = {}, { signal } = {})=>send({
                path: `/api/v1/orders${queryOf(query)}`,
                signal
            }),
        history,
        cancelOrder: (id, reason, { signal } = {})=>send({
                method: 'POST',
                path: `${orderPath(id)}/cancel`,
                body: JSON.stringify({
                    reason
                }),
                signal
            }),
        watch: (chosen)=>watch({
                url,
                token,
                cursors
            }, chosen)
    };
}
function queryOf(query) {
    const given = Object.entries(query).flatMap(([name, value])=>value === undefined ? [] : [
            [
                name,
                String(value)
            ]
        ]);
    return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
}
// A browser has randomUUID only where the page came over HTTPS.
function randomKey() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, (byte)=>byte.toString(16).padStart(2, '0')).join('');
}
