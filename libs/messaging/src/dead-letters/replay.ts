import { consumerOf } from '@order-events/contracts';
import { copyProperties, type Delivered } from '../headers.ts';
import type { OperatorEdit } from '../operator-edit.ts';
import type { OperatorVouch } from '../operator-vouch.ts';
import type { OutgoingMessage } from '../publisher/outgoing.ts';
import { DLX, tierOf } from '../topology.ts';
import { deadLetterOf } from './dead-letter.ts';

/**
 * The copy in which a dead letter goes back to the one queue it died in, by way of its first tier: same body, same id,
 * same trace, all attempts before it again. An edit replaces the body and says so in its headers; a vouch
 * adds operators' signature.
 */
export function replayOf(delivered: Delivered, change?: OperatorEdit | OperatorVouch): OutgoingMessage {
  const edit = change && 'body' in change ? change : undefined;
  const { message, delivery } = delivered;
  const { queue, replay } = delivery;
  const { headers, ...labels } = copyProperties(delivered, {
    attempt: 1,
    replay: replay + 1,
    'original-routing-key': firstKeyOf(delivered),
    ...(change && { signature: change.signature, 'original-signature': change.originalSignature }),
    ...(edit && { original: edit.original }),
  });
  // What was said of the run that ended would end the new one early.
  const { 'first-failed-at': _failedAt, 'last-error': _error, ...carried } = headers ?? {};
  return {
    exchange: DLX,
    routingKey: tierOf(queue, consumerOf(queue).firstDelayMs),
    content: edit ? Buffer.from(edit.body) : message.content,
    properties: { ...labels, headers: carried },
  };
}

// What the broker itself dead-lettered on its first way has come under the key of the dead-letter queue.
function firstKeyOf(delivered: Delivered): string {
  const { message, delivery } = delivered;
  const moved = message.properties.headers?.['original-routing-key'] === undefined;
  return moved ? deadLetterOf(delivered).type : delivery.routingKey;
}
