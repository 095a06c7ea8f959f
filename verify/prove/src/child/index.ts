/** What a process needs to be harmed. It loads nothing of the product, which must not be loaded before the harm is prepared. */
export { plant } from '../faults/plant.ts';
export { repeating } from '../faults/repeating.ts';
export { withMethods } from '../faults/with-methods.ts';
export { type Wrap, withWraps, wrapExport } from '../faults/wrap-export.ts';
export { hastened, plantedFaults } from '../planted.ts';
export { describeStep, onEveryStep } from './steps.ts';
