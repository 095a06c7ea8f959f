import Type from 'typebox';
import { actor, idText, noted, timestamp, uuid } from './fields.ts';

// As CloudEvents bounds its integers.
const int32 = Type.Integer({ minimum: -(2 ** 31), maximum: 2 ** 31 - 1 });

/** The envelope of every event. Unknown extension attributes are allowed, as CloudEvents requires, by its rules for names and values. */
export const envelopeSchema = Type.Object(
  {
    specversion: Type.Literal('1.0'),
    id: noted(uuid, 'the same on every retry, relay and replay'),
    source: Type.String({
      title: 'a source such as /services/orders',
      pattern: '^/[a-z]+(/[a-z-]+)*$',
      maxLength: 128,
    }),
    type: Type.String({
      title: 'a type such as order.created.v1',
      pattern: '^[a-z]+\\.[a-z_]+\\.v[1-9][0-9]*$',
      maxLength: 128,
    }),
    subject: noted(
      Type.String({ minLength: 1, maxLength: 256 }),
      'the one document that said it: an order, a product, a mail',
    ),
    time: noted(timestamp, 'when it was decided'),
    datacontenttype: Type.Literal('application/json'),
    dataschema: Type.String({
      title: 'a schema such as urn:order-events:order.created:1.0.0',
      pattern: '^urn:order-events:[a-z]+\\.[a-z_]+:[1-9][0-9]{0,3}\\.[0-9]{1,4}\\.[0-9]{1,4}$',
      maxLength: 256,
    }),
    sequence: Type.String({
      title: 'a number from 1 on, in decimal digits',
      pattern: '^[1-9][0-9]{0,14}$',
      maxLength: 15,
      description: 'counts what the subject has said at this source, without a gap',
    }),
    correlationid: noted(idText, 'the request or event that started the chain'),
    causationid: Type.Optional(noted(idText, 'the event that caused this one')),
    triggeredby: actor,
    userid: Type.Optional(noted(idText, 'owner of the order it is about')),
    traceparent: Type.Optional(
      Type.String({
        title: 'a W3C traceparent',
        pattern: '^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$',
        maxLength: 55,
        description: 'of its creation',
      }),
    ),
    tracestate: Type.Optional(Type.String({ maxLength: 512 })),
    alternateof: Type.Optional(noted(uuid, 'id of the same fact in the older major version')),
    data: Type.Object({}),
  },
  {
    propertyNames: { pattern: '^[a-z0-9]{1,20}$' },
    additionalProperties: Type.Union([Type.String({ maxLength: 1_024 }), int32, Type.Boolean()], {
      title: 'a short text, an integer, true or false',
    }),
  },
);
