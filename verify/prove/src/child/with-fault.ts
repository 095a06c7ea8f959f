/** One place of the product's code, and what stands there instead when the fault is planted. */
export interface Edit {
  /** From the root of the repository. */
  readonly file: string;
  readonly code: string;
  readonly instead: string;
}

/** The source with the edits made. Throws where the code has changed so that an edit no longer fits exactly once. */
export function withFault(source: string, edits: readonly Edit[]): string {
  return edits.reduce((text, { file, code, instead }) => {
    const parts = text.split(code);
    if (parts.length !== 2) throw new Error(`${file} has this ${parts.length - 1} times, not once: ${code}`);
    return parts.join(instead);
  }, source);
}
