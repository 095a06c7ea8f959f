import type { Static, TSchema } from 'typebox';
import type { ServiceName } from './services.ts';

/** CloudEvents 1.0, structured JSON. `time` is RFC 3339 in UTC, `sequence` a decimal string: 1, 2, 3 … per source and subject. */
export interface CloudEvent<T extends string = string, D = unknown> {
  readonly specversion: '1.0';
  /** UUID v7, the same on every retry, relay and replay. */
  readonly id: string;
  readonly source: string;
  readonly type: T;
  /** Id of the one document that said it. */
  readonly subject: string;
  readonly time: string;
  readonly datacontenttype: 'application/json';
  /** `urn:order-events:order.created:1.0.0` */
  readonly dataschema: string;
  readonly sequence: string;
  readonly correlationid: string;
  readonly causationid?: string;
  readonly triggeredby: 'user' | 'system' | 'admin';
  /** Owner of the order it is about. */
  readonly userid?: string;
  readonly traceparent?: string;
  readonly tracestate?: string;
  /** The same fact in an older major version. */
  readonly alternateof?: string;
  readonly data: D;
}

/** What an event is. The type of its data is inferred from the schema, so the two can't disagree. */
export interface ContractFacts<T extends string = string, D = unknown> {
  /** Name with the major version: `order.created.v1`. */
  readonly type: T;
  /** Semantic version of the data schema; its major is that of the type. */
  readonly version: string;
  /** Who alone says it. */
  readonly owner: ServiceName;
  /** One sentence: what has happened. */
  readonly summary: string;
  /** JSON Schema of `data`. */
  readonly schema: TSchema;
  readonly example: D;
}

/** Where a draft lands in its document: the sequence it gets and when it was decided. */
export interface Position {
  readonly subject: string;
  readonly version: number;
  readonly time: string;
}

type Content<D> = D | ((at: Position) => D);

/** An event decided but not yet said: it has no id and no place, and nothing is checked yet. */
export interface EventDraft<T extends string = string, D = unknown> {
  readonly contract: ContractFacts<T, D>;
  readonly data: Content<D>;
}

/** Calling a contract drafts one of its events. */
export interface EventContract<T extends string = string, D = unknown> extends ContractFacts<T, D> {
  (data: Content<D>): EventDraft;
}

export type DataOf<C> = C extends { readonly example: infer D } ? D : never;
export type EventOf<C> = C extends { readonly type: infer T extends string; readonly example: infer D }
  ? CloudEvent<T, D>
  : never;

interface Definition<S extends TSchema> {
  readonly owner: ServiceName;
  readonly version: string;
  readonly summary: string;
  readonly data: S;
  readonly example: NoInfer<Static<S>>;
}

export function defineEvent<T extends string, S extends TSchema>(
  type: T,
  { owner, version, summary, data: schema, example }: Definition<S>,
): EventContract<T, Static<S>> {
  const facts: ContractFacts<T, Static<S>> = { type, version, owner, summary, schema, example };
  const draft = (data: Content<Static<S>>): EventDraft => ({
    contract: facts as ContractFacts,
    data: data as Content<unknown>,
  });
  return Object.assign(draft, facts);
}

/** What a consumer deduplicates by: one fact said in two major versions is one. */
export function eventIdentity({ id, alternateof }: CloudEvent): string {
  return alternateof ?? id;
}

/** `order.created` of `order.created.v1`. */
export function nameOf(type: string): string {
  return type.replace(/\.v\d+$/, '');
}

export function dataschemaOf({ type, version }: Pick<ContractFacts, 'type' | 'version'>): string {
  return `urn:order-events:${nameOf(type)}:${version}`;
}
