import type { Static, TSchema } from 'typebox';
import type { ServiceName } from './services.ts';

/** CloudEvents 1.0, structured JSON. `time` is RFC 3339 in UTC, `sequence` a decimal string: 1, 2, 3 … per source and subject. */
export interface CloudEvent<T extends string = string, D = unknown> {
  readonly specversion: '1.0';
  /** UUID v7, the same on every retry, relay and replay. */
  readonly id: string;
  readonly source: string;
  readonly type: T;
  /** Id of the document that published it. */
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

/** The facts of a contract. The type of the data is inferred from the schema, so the two can't disagree. */
export interface ContractFacts<T extends string = string, D = unknown> {
  /** Name with the major version: `order.created.v1`. */
  readonly type: T;
  /** Semantic version of the data schema; its major is that of the type. */
  readonly version: string;
  /** The only service that may publish it. */
  readonly owner: ServiceName;
  /** One sentence: the fact that the event states. */
  readonly summary: string;
  /** JSON Schema of `data`. */
  readonly schema: TSchema;
  readonly example: D;
}

/** The position of an event in its document: its sequence, and the time of the decision. */
export interface Position {
  readonly subject: string;
  readonly version: number;
  readonly time: string;
}

type Content<D> = D | ((at: Position) => D);

/** An event that is decided but not published: it has no id and no sequence, and is not checked yet. */
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

/** The id by which a consumer deduplicates: one fact published in two major versions counts once. */
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
