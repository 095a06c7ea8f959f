import { registerHooks } from 'node:module';
import { hastened, plantedFaults } from '../planted.ts';
import { withFault } from './with-fault.ts';

/** From now on the modules of these planted faults are loaded with the fault in them. An unknown name is an error. */
export function plant(names: readonly string[]): void {
  const faults = names.map((name) => {
    const fault = [hastened, ...plantedFaults].find((each) => each.name === name);
    if (!fault) throw new Error(`no planted fault is called ${name}`);
    return fault;
  });
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      const here = faults.flatMap(({ edits }) => edits).filter(({ file }) => url.endsWith(`/${file}`));
      if (here.length === 0) return loaded;
      return { ...loaded, source: withFault(String(loaded.source), here) };
    },
  });
}
