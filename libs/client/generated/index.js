export { createClient } from './client.js';
export { inMemory } from './cursors.js';
export { ClientError, CursorError, RefusedError, TokenError, UnansweredError } from './errors.js';
export { statusLabels } from './types.js';
