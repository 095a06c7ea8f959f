import { glob, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { transform } from '@swc/core';
import { clientTypes } from './client-types.ts';

const home = 'libs/client';

/**
 * The client as others get it, plain JavaScript and its types: `npm pack` needs no build step, and this tree imports what
 * it packs. Throws where an export's type isn't written down, since it would have to be inferred.
 */
export async function clientPackage(root: string): Promise<Map<string, string>> {
  const schemas = clientTypes();
  const paths = await Array.fromAsync(glob(`${home}/src/*.ts`, { cwd: root }));
  const sources = new Map([['schemas', schemas]]);
  for (const path of paths) {
    const name = basename(path, '.ts');
    if (name !== 'schemas') sources.set(name, await readFile(join(root, path), 'utf8'));
  }
  const files = new Map([[`${home}/src/schemas.ts`, schemas]]);
  for (const [name, source] of sources) {
    const { code, types } = await compiled(source);
    files.set(`${home}/generated/${name}.js`, code).set(`${home}/generated/${name}.d.ts`, types);
  }
  return files;
}

async function compiled(source: string): Promise<{ code: string; types: string }> {
  const { code, output } = (await transform(source, {
    configFile: false,
    swcrc: false,
    jsc: { parser: { syntax: 'typescript' }, target: 'es2022', experimental: { emitIsolatedDts: true } },
    module: { type: 'es6' },
  })) as { code: string; output?: string };
  const { __swc_isolated_declarations__: types } = JSON.parse(output ?? '{}') as Record<string, string>;
  if (types === undefined) throw new Error('no types came out of a file of the client');
  return { code: named(code), types: named(types) };
}

/** As the files are called once they are compiled. */
function named(code: string): string {
  return code.replace(/(from ['"]\.\/[^'"]+)\.ts(?=['"])/g, '$1.js');
}
