import { type ServiceEntry, type ServiceName, services } from '@order-events/contracts';
import { createClient } from '@order-events/runtime';
import type { Around } from './around.ts';
import type { Given, Parts } from './definition.ts';

/** What a service calls, and whatever else it has to end after its consumers. */
export interface CallsOut extends Pick<Parts<unknown>, 'client' | 'onEnd'> {
  /** Ends what was made; resolves when it has all ended. */
  stop(): Promise<void>;
}

export function createCallsOut({ entry, config, ...around }: Around, given: Given): CallsOut {
  const ends: (() => void | Promise<void>)[] = [];
  const onEnd: CallsOut['onEnd'] = (end) => void ends.push(end);

  const client: CallsOut['client'] = (callee, { name = callee, timeoutMs } = {}) => {
    if (!entry.calls.includes(callee)) throw new UndeclaredCallError(entry.name, callee);
    if (given.client) return given.client(callee);
    const { addressSetting, sandbox }: ServiceEntry = services[callee];
    const { auth, log, metrics, health } = around;
    const baseUrl = (config as Readonly<Record<string, unknown>>)[addressSetting] as string;
    const made = createClient({
      callee: name,
      baseUrl,
      log,
      metrics,
      health,
      ...(timeoutMs !== undefined && { timeoutMs }),
      // Nobody else's system takes our tokens.
      ...(!sandbox && { auth }),
    });
    onEnd(made.stop);
    return made;
  };

  async function stop(): Promise<void> {
    const ended = await Promise.allSettled(ends.splice(0).map(async (end) => end()));
    const failures = ended.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
    if (failures.length > 0) throw new AggregateError(failures, 'calls did not end cleanly');
  }

  return { client, onEnd, stop };
}

class UndeclaredCallError extends Error {
  override readonly name = 'UndeclaredCallError';

  constructor(caller: string, callee: ServiceName) {
    super(`${caller} calls ${callee}: name it in calls of ${caller} in libs/contracts/src/services.ts`);
  }
}
