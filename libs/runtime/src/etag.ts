import type { Request, Response } from 'express';
import { ServiceError } from './errors.ts';
import type { Header } from './route.ts';

/** For a route that changes a document: the handler asks it inside the decision, see ifMatch. */
export const expectedVersion: Header<(version: number) => void> = {
  name: 'If-Match',
  required: false,
  description: 'the ETag that was read: another version is 412',
  codes: ['if-match-invalid'],
  read: ifMatch,
};

/** The ETag of a document: its version. */
export function setETag(res: Response, version: number): void {
  res.setHeader('ETag', `"${version}"`);
}

/**
 * What If-Match demands, to be asked inside the decision, where no other write can come between. Without the header any
 * version will do; otherwise throws `precondition-failed` (412) for a version that is not named. A weak tag never matches.
 */
export function ifMatch(req: Request): (version: number) => void {
  return matching(req.headers['if-match']);
}

/** The same of a header that was kept. */
export function matching(header: string | undefined): (version: number) => void {
  if (header === undefined || header.trim() === '*') return () => undefined;
  const tags = header.split(',').map((tag) => tag.trim());
  if (!tags.every((tag) => /^(W\/)?"[\x21\x23-\x7e]*"$/.test(tag))) {
    throw new ServiceError('invalid', 'if-match-invalid', 'If-Match is * or one or more quoted tags');
  }
  return (version) => {
    if (tags.includes(`"${version}"`)) return;
    throw new ServiceError('precondition-failed', 'version-differs', `it is at version ${version} now: read it again`, {
      extra: { version },
    });
  };
}
