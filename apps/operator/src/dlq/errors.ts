/** What the shell sees: `failed` when something came back, was refused or can't be reached; `misused` for a wrong command line. */
export const EXIT = { done: 0, failed: 1, misused: 2 } as const;

/** Told in one line, without a stack. */
export class DlqError extends Error {
  override readonly name = 'DlqError';
  readonly exitCode: number;

  constructor(exitCode: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}
