/** The logger this lib asks for. */
export interface Log {
  debug(phrase: string, fields?: object): void;
  info(phrase: string, fields?: object): void;
  warn(phrase: string, fields?: object): void;
  error(phrase: string, fields?: object): void;
}

export function reasonOf(error: unknown): string {
  return Error.isError(error) ? error.message : String(error);
}
