import type { Modules } from './modules.ts';

/** One export of one module, and what other modules get in its place. */
export interface Wrap {
  /** From the root of the repository. */
  readonly file: keyof Modules;
  readonly name: string;
  wrap(real: unknown, module: unknown): unknown;
}

/**
 * A fault at an export: other modules get what `wrap` makes of it. Calls inside the module itself stay as they are, so the export is
 * one that another module imports. The types are those of the product: an export that is renamed, or called otherwise, is a type error.
 */
export function wrapExport<F extends keyof Modules, N extends keyof Modules[F] & string>(
  file: F,
  name: N,
  wrap: (real: Modules[F][N], module: Modules[F]) => Modules[F][N],
): Wrap {
  return { file, name, wrap: wrap as Wrap['wrap'] };
}

export type Exports = Record<string, unknown>;

/** What the module exports once these are replaced, one on top of the other. Throws where it has no such export. */
export function withWraps(original: Exports, wraps: readonly Wrap[]): Exports {
  const exports = { ...original };
  for (const { file, name, wrap } of wraps) {
    if (!(name in exports)) throw new Error(`${file} exports no ${name}`);
    exports[name] = wrap(exports[name], original);
  }
  return exports;
}
