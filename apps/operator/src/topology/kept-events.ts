import type { KeptEvent } from '@order-events/messaging/operate';
import { createAuth } from '@order-events/runtime';
import { UnknownPlaceError, type Where } from './where.ts';

const ANSWER_MS = 30_000;

interface Page {
  readonly items: readonly KeptEvent[];
  readonly nextCursor: string | null;
}

/** Audit's log, a page at a time, as its internal route tells it to tools. */
export function keptEvents({ audit, ACCESS_TOKEN_SECRET, ISSUER }: Where, since: string | undefined) {
  if (!ACCESS_TOKEN_SECRET || !ISSUER)
    throw new UnknownPlaceError(
      'audit answers tools that have a token: set ACCESS_TOKEN_SECRET and ISSUER as its own are',
    );
  const tokens = createAuth({ secret: ACCESS_TOKEN_SECRET, issuer: ISSUER, service: 'tools' });

  return async function* pages(
    types: readonly string[] | undefined,
    until: string,
  ): AsyncGenerator<readonly KeptEvent[]> {
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const query = new URLSearchParams({
        limit: '100',
        until,
        ...(since !== undefined && { since }),
        ...(types && { types: types.join(',') }),
        ...(cursor && { cursor }),
      });
      const page = await ask(new URL(`/internal/events?${query}`, audit), tokens.signServiceToken('audit'));
      yield page.items;
      cursor = page.nextCursor;
    }
  };
}

async function ask(url: URL, token: string): Promise<Page> {
  const answer = await fetch(url, {
    headers: { authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(ANSWER_MS),
  }).catch((cause: Error) => {
    throw new UnknownPlaceError(`audit doesn’t answer at ${url.origin}: set AUDIT_SERVICE_URL, or start it`, { cause });
  });
  if (answer.ok) return (await answer.json()) as Page;
  const { detail = answer.statusText } = (await answer.json().catch(() => ({}))) as { detail?: string };
  throw new UnknownPlaceError(`audit at ${url.origin} answered ${answer.status}: ${detail}`);
}
