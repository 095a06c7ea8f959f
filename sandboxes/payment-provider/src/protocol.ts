import { setTimeout as wait } from 'node:timers/promises';
import { disturbed, FaultError, type FaultSwitch } from './faults.ts';
import type { Answer, Ledger, Request } from './ledger.ts';
import { behaviourOf } from './tokens.ts';

export interface Protocol {
  perform(key: string, request: Request): Promise<Answer>;
  lookup(key: string): Promise<Answer | undefined>;
  stateOf(reference: string): Promise<Answer | undefined>;
}

/** The ledger as callers meet it: with the faults that are switched on, and with the manners of the test tokens. */
export function createProtocol(ledger: Ledger, switchboard: FaultSwitch, slowMs: number): Protocol {
  const tries = new Map<string, number>();

  function failsStill(key: string, failures: number): boolean {
    const failed = tries.get(key) ?? 0;
    if (failed >= failures) return false;
    tries.set(key, failed + 1);
    return true;
  }

  return {
    lookup: (key) => disturbed(switchboard.faults, () => ledger.lookup(key)),
    stateOf: (reference) => disturbed(switchboard.faults, () => ledger.stateOf(reference)),
    async perform(key, request) {
      const { failures = 0, slow } = request.operation === 'authorise' ? (behaviourOf(request.order.token) ?? {}) : {};
      const isRepeat = ledger.lookup(key) !== undefined;
      const answer = await disturbed(switchboard.faults, () => {
        if (failsStill(key, failures)) throw new FaultError();
        return ledger.perform(key, request);
      });
      if (slow && !isRepeat) await wait(slowMs);
      return answer;
    },
  };
}
