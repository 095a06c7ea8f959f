import Type, { type Static } from 'typebox';
import { actor, closed, idText, timestamp, uuid } from './fields.ts';

const known = Type.Optional(Type.Union([Type.String(), Type.Null()]));

/** An event as the history of an order shows it: audit writes it, orders passes it on to those who may see the order. */
export const historyEntry = closed({
  eventId: uuid,
  eventType: Type.String({ description: '`order:created` for `order.created.v1`' }),
  eventVersion: Type.String({ description: 'semantic version of the schema that its data was checked against' }),
  orderId: uuid,
  userId: Type.Optional(idText),
  payload: Type.Unknown({ description: 'the data of the event; sealed values stay sealed' }),
  metadata: closed({ timestamp, ipAddress: known, userAgent: known, triggeredBy: actor }),
});
export type HistoryEntry = Static<typeof historyEntry>;
