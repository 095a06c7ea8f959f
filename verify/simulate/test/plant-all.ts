/** With every fault planted at once: the names of those of which an export is not what its own module has. One JSON line. */
import { hastened, plant, plantedFaults, type Wrap } from '@order-events/prove/plant';
import { faults } from '../src/planted.ts';

const all = [hastened, ...plantedFaults, ...faults];
plant(all.flatMap(({ wraps }) => wraps));

async function isReplaced({ file, name }: Wrap): Promise<boolean> {
  const url = new URL(`../../../${file}`, import.meta.url).href;
  const [seen, original] = [await import(url), await import(`${url}?original`)];
  return seen[name] !== undefined && seen[name] !== original[name];
}

const replaced = [];
for (const { name, wraps } of all) {
  const each = await Promise.all(wraps.map(isReplaced));
  if (each.length > 0 && each.every((is) => is)) replaced.push(name);
}
process.stdout.write(JSON.stringify(replaced));
