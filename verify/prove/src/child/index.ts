/** What a process needs to be harmed. It loads nothing of the product, which must not be loaded before the harm is prepared. */
export { plantedFaults } from '../planted.ts';
export { describeStep, onEveryStep } from './steps.ts';
export { type Edit, withFault } from './with-fault.ts';
