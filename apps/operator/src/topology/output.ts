/** The command line asks for something that there isn't; the message says what there is. */
export class NotUnderstoodError extends Error {
  override readonly name = 'NotUnderstoodError';
}

/** How a command answers, and says what happens meanwhile. */
export interface Output {
  readonly say: (text: string, data: object) => void;
  readonly progress: (line: string) => void;
}
