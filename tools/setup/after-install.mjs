/** After an install by hand on a machine where the installed Node does not run: `npm start` then gets as far as saying why. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { linkNode } from './program-node.mjs';

linkNode(join(fileURLToPath(import.meta.url), '..', '..', '..'), undefined);
