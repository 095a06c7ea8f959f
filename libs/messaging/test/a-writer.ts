import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Options } from 'amqplib';

const require = createRequire(import.meta.url);
const folder = dirname(require.resolve('amqplib'));
const { encodeProperties, BasicProperties } = require(join(folder, 'lib/defs.js'));
const { publish } = require(join(folder, 'lib/api_args.js'));

/** The frame in which the client itself writes these properties. Throws what it throws. */
export function written(properties: Options.Publish): Buffer {
  return encodeProperties(
    BasicProperties,
    1,
    2,
    publish('', 'key', { mandatory: true, persistent: true, ...properties }),
  );
}
