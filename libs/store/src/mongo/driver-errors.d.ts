/** The driver keeps to itself which errors it takes for passing. Its unit test fails when it moves them. */
declare module 'mongodb/lib/error.js' {
  export const MONGODB_ERROR_CODES: Readonly<Record<string, number>>;
  export function isRetryableReadError(error: Error): boolean;
}
