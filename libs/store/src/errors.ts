/** An insert or replace met another document that has one of its unique keys. */
export class DuplicateError extends Error {
  override readonly name = 'DuplicateError';
  readonly kind = 'conflict';
  readonly collection: string;
  /** Name of the unique key. */
  readonly key: string;

  constructor(collection: string, key: string, options?: ErrorOptions) {
    super(`another document of ${collection} has the same ${key}`, options);
    this.collection = collection;
    this.key = key;
  }
}

/** The store cannot be reached, or cannot write. What was asked may or may not have been stored. */
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError';
  readonly kind = 'unavailable';
  /** Everyone's trouble, no single message's: a consumer pauses on it instead of using up attempts. */
  readonly outage = true;
}

/** One document's place in the store is damaged; others can be read. Its messages fail, everything else goes on. */
export class DamagedDocumentError extends Error {
  override readonly name = 'DamagedDocumentError';
  readonly kind = 'unavailable';
  readonly code = 'document-damaged';

  constructor(store: string, collection: string, options?: ErrorOptions) {
    super(`a document of ${collection} cannot be read or written: its place in the store ${store} is damaged`, options);
  }
}

/** More than the store takes of one document (MongoDB: 16 MiB). Nothing is stored. */
export class DocumentTooLargeError extends Error {
  override readonly name = 'DocumentTooLargeError';
  readonly kind = 'too-large';
  readonly code = 'document-too-large';

  constructor(collection: string, options?: ErrorOptions) {
    super(`a document of ${collection} is larger than the store takes`, options);
  }
}

/** Another writer won every race for this document for as long as it was tried. Nothing is stored. */
export class ConflictError extends Error {
  override readonly name = 'ConflictError';
  readonly kind = 'unavailable';

  constructor(collection: string, id: string, patienceMs: number) {
    super(`${collection} ${id} was changed by others each time it was written, for ${patienceMs / 1_000} s`);
  }
}

/** A document with events in its outbox cannot be deleted. */
export class OutboxNotEmptyError extends Error {
  override readonly name = 'OutboxNotEmptyError';
  readonly kind = 'conflict';

  constructor(collection: string, id: string) {
    super(`${collection} ${id} has events that are not published yet`);
  }
}

/** What was given as the start of a page is no `next` of an earlier page. */
export class CursorError extends Error {
  override readonly name = 'CursorError';
  readonly kind = 'invalid';

  constructor() {
    super('the cursor was not given out here');
  }
}
