import { isRetryableReadError, MONGODB_ERROR_CODES } from 'mongodb/lib/error.js';
import { mongo } from 'mongoose';
import { DocumentTooLargeError, DuplicateError, StoreUnavailableError } from '../errors.ts';

// Names the driver and mongoose give to a server that is not there, not there in time, or not the one to write to.
const away =
  /^(Mongo(ose)?ServerSelectionError|MongoSystemError|MongoNetwork(Timeout)?Error|MongoNotConnectedError|MongoTopologyClosedError|MongoClientClosedError|MongoPoolClosedError|PoolClearedOnNetworkError|MongoPoolClearedError|MongoWaitQueueTimeoutError|MongoOperationTimeoutError|MongoWriteConcernError|MongoServerClosedError|MongoStalePrimaryError|MongoExpiredSessionError)$/;

// The driver knows the codes it acts on; of them, these two are about what was asked.
const { NamespaceNotFound, IllegalOperation, ...states } = MONGODB_ERROR_CODES;
// What it leaves to the caller, and time mends: a lock not got in time, a write conflict, an operation that was killed, a
// server short of cache or disk: https://github.com/mongodb/mongo/blob/master/src/mongo/base/error_codes.yml
const passing = new Set<number>([...Object.values(states), 24, 46, 112, 202, 365, 462, 11601, 13436, 14031]);
const refusals = new Set([13, 18]);
const tooLarge = new Set([10334, 17419, 17420]);

/**
 * What a failed operation means to the caller. The driver says what passes: by the labels that server and driver put on
 * an error, and by its codes. What is neither a duplicate nor trouble of the server is this document's own and stays.
 */
export function translated(error: unknown, store: string, collection = ''): unknown {
  const { name = '', code, message = '' } = error as { name?: string; code?: unknown; message?: string };
  const number = typeof code === 'number' ? code : Number.NaN;
  if (number === 11000) return new DuplicateError(collection, keyIn(message), { cause: error });
  if (tooLarge.has(number)) return new DocumentTooLargeError(collection, { cause: error });
  if (refusals.has(number)) {
    return new StoreUnavailableError(`the store ${store} refuses the user or password`, { cause: error });
  }
  if (away.test(name) || passing.has(number) || isPassing(error)) {
    return new StoreUnavailableError(`the store ${store} cannot be reached`, { cause: error });
  }
  return error;
}

// A label says that the same may work in a moment, whatever the code.
const labels = Object.values(mongo.MongoErrorLabel).filter((label) => label !== 'NoWritesPerformed');

function isPassing(error: unknown): boolean {
  if (!(error instanceof mongo.MongoError)) return false;
  return isRetryableReadError(error) || labels.some((label) => error.hasErrorLabel(label));
}

/** "E11000 duplicate key error collection: shop.orders index: one-number dup key: …" names the index. */
function keyIn(message: string): string {
  const index = /index: (\S+)/.exec(message)?.[1] ?? '';
  return index.startsWith('one-') ? index.slice('one-'.length) : 'id';
}
