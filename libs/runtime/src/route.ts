import type { Request, RequestHandler, Response } from 'express';
import type { Static, TSchema } from 'typebox';

/** A person with a valid token, a person with the role admin, or one of our services by its name. */
export type Role = 'person' | 'admin' | `service:${string}`;
/** `anyone` needs no token; of several roles one is enough. */
export type Who = 'anyone' | Role | readonly Role[];

/** A part of the query or of the path. It comes as text; a number or a boolean in decimal digits or as `true` and `false`. */
export interface Parameter<T = unknown> {
  /** Its `default` stands for a parameter that is not given. */
  readonly schema: TSchema;
  /** Code of the 400 for any other value. */
  readonly code: string;
  /** The sentence that says what is taken. */
  readonly wanted: string;
  /** Whether it must be given (default false). */
  readonly required?: boolean;
  /** Makes of the checked value what the handler gets; throws ServiceError with `code`. Default: the value itself. */
  readonly read?: (value: string, req: Request) => T;
}
export type Parameters = Readonly<Record<string, Parameter>>;

/** A request header that the handler gets by `read`, which throws ServiceError with one of the codes. */
export interface Header<T = unknown> {
  readonly name: string;
  readonly required: boolean;
  readonly description: string;
  readonly codes: readonly string[];
  readonly read: (req: Request) => T;
}
export type Headers = Readonly<Record<string, Header>>;

/** By status: the schema of a JSON body (another media type is its `contentMediaType`), or the codes of a problem document. */
export type Answers = Readonly<Record<number, TSchema | readonly string[]>>;

type ParamsOf<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? { readonly [K in Name]: string } & ParamsOf<`/${Rest}`>
  : Path extends `${string}:${infer Name}`
    ? { readonly [K in Name]: string }
    : unknown;
type ValuesOf<G> = { readonly [K in keyof G]: G[K] extends Parameter<infer T> | Header<infer T> ? T : never };
/** What may be sent as this: arrays may be read-only, and JSON leaves out what is undefined. */
type Sendable<T> = T extends readonly (infer E)[]
  ? readonly Sendable<E>[]
  : T extends object
    ? { readonly [K in keyof T]: Sendable<T[K]> | (Record<never, never> extends Pick<T, K> ? undefined : never) }
    : T;
type BodyOf<A> = {
  [K in keyof A]: A[K] extends readonly string[] ? never : A[K] extends TSchema ? Sendable<Static<A[K]>> : never;
};

/** A request as it was read: checked, with nothing in query and body that the route does not name. */
export interface Asked<Path extends string, Q, B, H> {
  readonly req: Request;
  readonly params: ParamsOf<Path>;
  readonly query: ValuesOf<Q>;
  readonly body: B extends TSchema ? Static<B> : undefined;
  readonly headers: ValuesOf<H>;
}

interface Description<Path extends string, Q, B, H, A> {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** As Express has it: '/api/v1/orders/:id'. */
  readonly path: Path;
  /** One sentence for the documents. */
  readonly summary: string;
  readonly who: Who;
  /** Whether its requests count for the caller's limit (default false). */
  readonly rateLimited?: boolean;
  /** Runs behind guard and limit, before anything of the request is read. */
  readonly before?: readonly RequestHandler[];
  /** Parts of the path that are not just any text. */
  readonly params?: Parameters;
  /** Any other parameter is 400 `parameter-unknown`. */
  readonly query?: Q;
  /** Its `description` is the detail of the 400 for any other body. */
  readonly body?: B;
  readonly headers?: H;
  /** What the handler answers. What follows from the rest (400, 401, 403, 413, 415, 429) is added to it. */
  readonly answers: A;
}

/** All that is known of one method at one path, and the code that answers. */
export interface Route extends Description<string, Parameters, TSchema, Headers, Answers> {
  handler(asked: Asked<string, unknown, unknown, unknown>, res: Response): unknown;
}

/** Writes a route down: the handler gets what was read, typed by the schemas, and sends what `answers` names, or throws. */
export function route<
  const Path extends string,
  A extends Answers,
  Q extends Parameters = Record<never, never>,
  B extends TSchema | undefined = undefined,
  H extends Headers = Record<never, never>,
>(
  description: Description<Path, Q, B, H, A> & {
    handler(asked: Asked<Path, Q, B, H>, res: Response<BodyOf<A>[keyof A]>): unknown;
  },
): Route {
  return description as unknown as Route;
}

/** A parameter that may be left out. */
export function optional<S extends TSchema>(
  schema: S,
  { code, wanted }: Pick<Parameter, 'code' | 'wanted'>,
): Parameter<Static<S> | undefined> {
  return { schema, code, wanted };
}

/** A parameter that must be given. */
export function required<S extends TSchema>(
  schema: S,
  { code, wanted }: Pick<Parameter, 'code' | 'wanted'>,
): Parameter<Static<S>> {
  return { schema, code, wanted, required: true };
}
