import type { Request } from 'express';
import type { Static, TSchema } from 'typebox';
import { ServiceError } from './errors.ts';
import { bodyReader, type Checked } from './read-body.ts';
import type { Asked, Parameter, Parameters, Route } from './route.ts';

/** Makes the check of a schema: contracts has one, so that this lib needs no validator. */
export type Compile = <S extends TSchema>(schema: S) => (value: unknown) => Checked<NoInfer<Static<S>>>;

/** Reads requests as the route describes them: path, query, body, then headers. Throws ServiceError for the first fault. */
export function requestReader(route: Route, compile: Compile) {
  const { params = {}, query = {}, body, headers = {} } = route;
  const readParams = valuesReader(params, compile);
  const readQuery = valuesReader(query, compile);
  const readBody = body && bodyReader(compile(body), (body as { description?: string }).description);
  return (req: Request): Asked<string, unknown, unknown, unknown> => {
    refuseUnknown(Object.keys(req.query), query);
    readParams(req.params, req);
    return {
      req,
      params: req.params as Record<string, string>,
      query: readQuery(req.query, req),
      body: readBody?.(req.body) as undefined,
      headers: Object.fromEntries(Object.entries(headers).map(([name, header]) => [name, header.read(req)])),
    };
  };
}

// A misspelt filter would return the wrong list.
function refuseUnknown(given: readonly string[], known: Parameters): void {
  const unknown = given.filter((name) => !Object.hasOwn(known, name));
  if (unknown.length === 0) return;
  throw new ServiceError('invalid', 'parameter-unknown', `this route has no parameter ${unknown.join(', ')}`);
}

function valuesReader(parameters: Parameters, compile: Compile) {
  const readers = Object.entries(parameters).map(([name, each]) => [name, valueReader(each, compile)] as const);
  return (given: Readonly<Record<string, unknown>>, req: Request) =>
    Object.fromEntries(readers.map(([name, read]) => [name, read(given[name], req)]));
}

function valueReader({ schema, code, wanted, required, read = (value) => value }: Parameter, compile: Compile) {
  const check = compile(schema);
  return (given: unknown, req: Request): unknown => {
    if (given === undefined && !required) return (schema as { default?: unknown }).default;
    const checked = [given, spelledOut(given)].map(check).find(({ ok }) => ok);
    if (checked?.ok) return read(checked.value as string, req);
    throw new ServiceError('invalid', code, wanted);
  };
}

/** The number or truth value that a text spells. */
function spelledOut(text: unknown): unknown {
  if (text === 'true' || text === 'false') return text === 'true';
  return typeof text === 'string' && /^(0|[1-9]\d{0,14})$/.test(text) ? Number(text) : undefined;
}
