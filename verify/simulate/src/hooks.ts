import { registerHooks } from 'node:module';
import { type Edit, withFault } from '@order-events/prove/plant';

const simulatedBroker = new URL('./broker/amqplib.ts', import.meta.url).href;

/** From now on the product talks to the simulated broker, and its modules are loaded with these edits made. */
export function hook(edits: readonly Edit[]): void {
  registerHooks({
    resolve: (specifier, context, nextResolve) =>
      specifier === 'amqplib' ? { url: simulatedBroker, shortCircuit: true } : nextResolve(specifier, context),
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      const here = edits.filter(({ file }) => url.endsWith(`/${file}`));
      return here.length === 0 ? loaded : { ...loaded, source: withFault(String(loaded.source), here) };
    },
  });
}
