import type { KeyRing } from '@order-events/contracts';
import type { Delivered } from './headers.ts';
import { suspectsAlone } from './middleware/alone.ts';
import { checkLabels } from './middleware/check-labels.ts';
import { decode } from './middleware/decode.ts';
import { dispatch } from './middleware/dispatch.ts';
import type { Handle, Received } from './middleware/handle.ts';
import type { Turns } from './middleware/in-turn.ts';
import { markSuspects, type StartMarks } from './middleware/start-mark.ts';
import { validate } from './middleware/validate.ts';
import { verifySignature } from './middleware/verify-signature.ts';
import type { Handler } from './subscription.ts';

/**
 * Every message's way to its handler, outermost first. The types of the steps allow no other order: nothing is
 * believed before it is verified, nothing is handled before it is valid.
 */
export function pipeline(
  keys: KeyRing,
  handlers: readonly Handler[],
  { turns, marks }: { turns: Turns | undefined; marks: StartMarks | undefined },
): Handle<Delivered> {
  const proven = (next: Handle<Received>) => decode(verifySignature(keys)(validate(checkLabels(next))));
  const handle = proven(turns ? turns.inTurn(dispatch(handlers)) : dispatch(handlers));
  return suspectsAlone(markSuspects(marks, handle, turns && proven(turns.giveUp)));
}
