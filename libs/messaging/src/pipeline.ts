import type { KeyRing } from '@order-events/contracts';
import type { Delivered } from './headers.ts';
import { suspectsAlone } from './middleware/alone.ts';
import { checkLabels } from './middleware/check-labels.ts';
import { decode } from './middleware/decode.ts';
import { dispatch } from './middleware/dispatch.ts';
import type { Handle } from './middleware/handle.ts';
import { inOrder } from './middleware/in-order.ts';
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
  { ordered, marks }: { ordered: boolean; marks: StartMarks | undefined },
): Handle<Delivered> {
  const handle = ordered ? inOrder(dispatch(handlers)) : dispatch(handlers);
  return suspectsAlone(markSuspects(marks, decode(verifySignature(keys)(validate(checkLabels(handle))))));
}
