/** The error that this throws. */
export function caught<E extends Error>(act: () => unknown): E {
  try {
    act();
  } catch (error) {
    return error as E;
  }
  throw new Error('nothing was thrown');
}
