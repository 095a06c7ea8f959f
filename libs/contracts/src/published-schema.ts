import { createEvent } from './create-event.ts';
import { envelopeSchema } from './envelope.ts';
import { type CloudEvent, type ContractFacts, dataschemaOf } from './event.ts';
import { exampleOrderId } from './examples.ts';

/** The whole event as one self-contained JSON Schema (2020-12), for readers in any language. */
export function publishedSchema(contract: ContractFacts): object {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: dataschemaOf(contract),
    $comment: 'Data of a newer minor version may have fields that are not named here: ignore them.',
    title: contract.type,
    description: contract.summary,
    ...envelopeSchema,
    properties: {
      ...envelopeSchema.properties,
      source: { const: `/services/${contract.owner}` },
      type: { const: contract.type },
      dataschema: { const: dataschemaOf(contract) },
      data: contract.schema,
    },
    examples: [exampleOf(contract)],
  };
}

/** The contract's example as a published event. */
export function exampleOf(contract: ContractFacts): CloudEvent {
  const { order, product, mailId } = contract.example as Partial<{
    order: { version: number };
    product: { id: string };
    mailId: string;
  }>;
  return createEvent(
    { contract, data: contract.example },
    {
      id: '0199a3f0-7c1e-7b52-9d0a-3f5e6a7b8c9d',
      source: `/services/${contract.owner}`,
      subject: mailId ?? product?.id ?? exampleOrderId,
      version: order?.version ?? 1,
      time: '2026-11-24T10:00:00.000Z',
      correlationid: '4bf92f35-77b3-4da6-a3ce-929d0e0e4736',
      triggeredby: 'system',
      ...(!product && { userid: 'ada' }),
      traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    },
  );
}
