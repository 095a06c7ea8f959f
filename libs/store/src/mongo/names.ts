// BSON forbids some characters in names, servers refuse others, and the driver reads a meaning into some names.
const escapes: Readonly<Record<string, string>> = { '~': '~0', '.': '~1', $: '~2', '\0': '~3' };
const chars: Readonly<Record<string, string>> = { '~0': '~', '~1': '.', '~2': '$', '~3': '\0', '~4': '' };
const meaningful = /^(_|constructor$|prototype$)/;

/** A state as it is stored: plain JSON, like the other adapter's, under names that nothing on the way trips over. */
export function encode(state: unknown): unknown {
  return renamed(JSON.parse(JSON.stringify(state)), (name) => {
    const escaped = name.replace(/[~.$\0]/g, (char) => escapes[char] ?? char);
    return meaningful.test(name) ? `~4${escaped}` : escaped;
  });
}

export function decode(stored: unknown): unknown {
  return renamed(stored, (name) => name.replace(/~[0-4]/g, (escaped) => chars[escaped] ?? escaped));
}

function renamed(value: unknown, rename: (name: string) => string): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((each) => renamed(each, rename));
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [rename(name), renamed(each, rename)]));
}
