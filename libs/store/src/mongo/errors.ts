import { DuplicateError, StoreUnavailableError } from '../errors.ts';

// Names the driver and mongoose give to a server that is not there, not there in time, or not the one to write to.
const away =
  /^(Mongo(ose)?ServerSelectionError|MongoNetwork(Timeout)?Error|MongoNotConnectedError|MongoTopologyClosedError|MongoClientClosedError|MongoPoolClosedError|PoolClearedOnNetworkError|MongoPoolClearedError|MongoWaitQueueTimeoutError|MongoOperationTimeoutError|MongoWriteConcernError|MongoServerClosedError)$/;

// Server codes of a member that steps down, shuts down or is not primary, and of limits of time:
// https://github.com/mongodb/mongo/blob/master/src/mongo/base/error_codes.yml
const passing = new Set([
  6, 7, 50, 64, 89, 91, 112, 189, 262, 9001, 10058, 10107, 11600, 11602, 13388, 13435, 13436, 14031,
]);
const refusals = new Set([13, 18]);

/** What a failed operation means to the caller; what is neither a duplicate nor trouble of the server is a bug and stays as it is. */
export function translated(error: unknown, store: string, collection = ''): unknown {
  const { name = '', code, message = '' } = error as { name?: string; code?: unknown; message?: string };
  if (code === 11000) return new DuplicateError(collection, keyIn(message), { cause: error });
  if (typeof code === 'number' && refusals.has(code)) {
    return new StoreUnavailableError(`the store ${store} refuses the user or password`, { cause: error });
  }
  if (away.test(name) || (typeof code === 'number' && passing.has(code))) {
    return new StoreUnavailableError(`the store ${store} cannot be reached`, { cause: error });
  }
  return error;
}

/** "E11000 duplicate key error collection: shop.orders index: one-number dup key: …" names the index. */
function keyIn(message: string): string {
  const index = /index: (\S+)/.exec(message)?.[1] ?? '';
  return index.startsWith('one-') ? index.slice('one-'.length) : 'id';
}
