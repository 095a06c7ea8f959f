/** This machine lacks something, and the message says in one line what to do about it. */
export class SetupError extends Error {
  /** @override */
  name = 'SetupError';
}
