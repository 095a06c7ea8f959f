import { registerHooks } from 'node:module';

const simulatedBroker = new URL('./broker/amqplib.ts', import.meta.url).href;

/** From now on the product talks to the simulated broker. */
export function simulateBroker(): void {
  registerHooks({
    resolve: (specifier, context, nextResolve) =>
      specifier === 'amqplib' ? { url: simulatedBroker, shortCircuit: true } : nextResolve(specifier, context),
  });
}
