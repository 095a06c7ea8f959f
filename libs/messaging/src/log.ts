/** What messaging needs of a logger; phrases are constant, values are fields. */
export interface Log {
  debug(phrase: string, fields?: object): void;
  info(phrase: string, fields?: object): void;
  warn(phrase: string, fields?: object): void;
  error(phrase: string, fields?: object): void;
}
