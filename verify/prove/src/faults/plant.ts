import { registerHooks } from 'node:module';
import { type Exports, type Wrap, withWraps } from './wrap-export.ts';

const root = new URL('../../../../', import.meta.url);
const planted = new Map<string, Wrap[]>();

/** Whoever loads one of these modules from now on gets it with these exports replaced. To be called before the product is loaded. */
export function plant(wraps: readonly Wrap[]): void {
  for (const [file, here] of Map.groupBy(wraps, ({ file }) => file)) planted.set(new URL(file, root).href, here);
  registerHooks({
    load(url, context, nextLoad) {
      const here = planted.get(url);
      return here ? { format: 'module', source: wrapperOf(url, here), shortCircuit: true } : nextLoad(url, context);
    },
  });
}

/** A module that has all that the original has, loaded under an address of its own, but for what is replaced. */
function wrapperOf(url: string, wraps: readonly Wrap[]): string {
  const [here, original] = [import.meta.url, `${url}?original`].map((each) => JSON.stringify(each));
  const names = [...new Set(wraps.map(({ name }) => name))];
  return [
    `import { replaced } from ${here};`,
    `import * as original from ${original};`,
    `export * from ${original};`,
    `const { ${names.join(', ')} } = replaced(${JSON.stringify(url)}, original);`,
    `export { ${names.join(', ')} };`,
  ].join('\n');
}

/** For the modules made here. */
export function replaced(url: string, original: Exports): Exports {
  return withWraps(original, planted.get(url) ?? []);
}
