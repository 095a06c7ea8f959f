export interface Column<T> {
  readonly title: string;
  readonly of: (row: T) => string | number;
  /** Longer texts are cut; the last column may be as long as it likes. */
  readonly most?: number;
}

/** Rows under their titles, numbers to the right. */
export function table<T>(rows: readonly T[], columns: readonly Column<T>[]): string {
  const cells = rows.map((row) =>
    columns.map(({ of, most }) => ({ value: of(row), text: cut(printable(of(row)), most) })),
  );
  const widths = columns.map(({ title }, place) =>
    Math.max(title.length, ...cells.map((row) => row[place]?.text.length ?? 0)),
  );
  const line = (texts: readonly { text: string; right?: boolean }[]) =>
    texts
      .map(({ text, right }, place) => (right ? text.padStart(widths[place] ?? 0) : text.padEnd(widths[place] ?? 0)))
      .join('  ')
      .trimEnd();
  const head = line(columns.map(({ title }) => ({ text: title })));
  const body = cells.map((row) => line(row.map(({ value, text }) => ({ text, right: typeof value === 'number' }))));
  return [head, ...body].join('\n');
}

function cut(text: string, most = 200): string {
  return text.length > most ? `${text.slice(0, most - 1).toWellFormed()}…` : text;
}

// A letter's labels are anybody's text: none of it may steer the terminal.
export function printable(value: string | number): string {
  return String(value).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ');
}

/** JSON that reads the same and steers no terminal: what JSON itself lets through of that kind is written as \u…. */
export function json(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(/[\x7f-\x9f\p{Cf}\p{Zl}\p{Zp}]/gu, (char) =>
    Array.from({ length: char.length }, (_, at) => `\\u${char.charCodeAt(at).toString(16).padStart(4, '0')}`).join(''),
  );
}

/** Every number as it was written: JavaScript's would round what is beyond 2⁵³. Throws SyntaxError. */
export function parseExactly(text: string): unknown {
  return JSON.parse(text, (_key, value: unknown, context?: { readonly source?: string }) => {
    const source = context?.source;
    return typeof value === 'number' && source !== undefined && source !== String(value) ? rawJson(source) : value;
  });
}
const { rawJSON: rawJson } = JSON as unknown as { rawJSON(text: string): unknown };
