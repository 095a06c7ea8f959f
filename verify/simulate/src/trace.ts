/** What happened, line by line: a number that stands for all of it, and the lines for whoever wants to read them. */
export class Trace {
  readonly lines: string[] = [];
  readonly #keeps: boolean;
  #high = 0xdeadbeef;
  #low = 0x41c6ce57;

  constructor(keeps: boolean) {
    this.#keeps = keeps;
  }

  add(line: string): void {
    for (let at = 0; at < line.length; at++) {
      const unit = line.charCodeAt(at);
      this.#high = Math.imul(this.#high ^ unit, 2_654_435_761);
      this.#low = Math.imul(this.#low ^ unit, 1_597_334_677);
    }
    if (this.#keeps) this.lines.push(line);
  }

  /** The same for the same lines, and for no others. */
  get hash(): string {
    const hex = (half: number) => (half >>> 0).toString(16).padStart(8, '0');
    return hex(this.#high) + hex(this.#low);
  }
}
