export interface Screen {
  /** The answer, on standard output. */
  say(text: string): void;
  /** What goes on, on standard error. */
  tell(text: string): void;
}
