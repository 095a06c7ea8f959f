/**
 * Why something failed, in the words of what was thrown, whatever that is. A refused connection to a name with several addresses is an
 * AggregateError without a message of its own.
 */
export function reasonOf(error: unknown): string {
  const { errors, message } = (error ?? {}) as { errors?: unknown; message?: unknown };
  if (Array.isArray(errors)) return errors.map(reasonOf).join('; ');
  return typeof message === 'string' ? message : shown(error);
}

// Anything can be thrown, also an object that can't be made text.
function shown(error: unknown): string {
  try {
    return String(error);
  } catch {
    return 'something that is no error and has no text';
  }
}
