import { type Parameter, ServiceError } from '@order-events/runtime';
import Type from 'typebox';

/** A time of the query, as RFC 3339 in UTC. `pattern`: of the texts that are taken; default: all that a Date can read. */
export function timeParameter(
  name: string,
  { code = `${name}-invalid`, pattern = '.' } = {},
): Parameter<string | undefined> {
  const wanted = `${name} must be a time such as 2026-11-24T10:00:00Z`;
  const read = (text: string) => {
    const time = new Date(text);
    if (Number.isNaN(time.getTime())) throw new ServiceError('invalid', code, wanted);
    return time.toISOString();
  };
  return { schema: Type.String({ pattern }), code, wanted, read };
}
