import type { KeyRing } from '@order-events/contracts';
import type { Delivered } from './headers.ts';
import { suspectsAlone } from './middleware/alone.ts';
import { dispatch } from './middleware/dispatch.ts';
import type { Handle, Received } from './middleware/handle.ts';
import { inTime } from './middleware/in-time.ts';
import { prove } from './middleware/prove.ts';
import type { Resequencer } from './middleware/resequencer.ts';
import { markSuspects, type StartMarks } from './middleware/start-mark.ts';
import type { Handler } from './subscription.ts';

/** Every message's way to its handler, outermost first. The types allow no other order: nothing is handled before it is proven. */
export function pipeline(
  keys: KeyRing,
  handlers: readonly Handler[],
  { resequencer, marks }: { resequencer: Resequencer | undefined; marks: StartMarks | undefined },
): Handle<Delivered> {
  const proven =
    (next: Handle<Received>): Handle<Delivered> =>
    async (delivered) =>
      await next(prove(keys, delivered));
  const dispatched = inTime(dispatch(handlers));
  const handle = proven(resequencer ? resequencer.inTurn(dispatched) : dispatched);
  return suspectsAlone(markSuspects(marks, handle, resequencer && proven((received) => resequencer.giveUp(received))));
}
