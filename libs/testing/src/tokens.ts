import { createHmac } from 'node:crypto';

export const TEST_SECRET = 'a secret that only tests know, long enough';
export const TEST_ISSUER = 'https://order-events.test';

/** An access token as a login service would give it. Written by hand, so that the code under test isn't its own judge. */
export function personToken(sub: string, role: 'user' | 'admin' = 'user', { expiresInSeconds = 600 } = {}): string {
  const now = Math.floor(Date.now() / 1000);
  const header = part({ alg: 'HS256', typ: 'JWT' });
  const claims = part({ sub, role, iss: TEST_ISSUER, iat: now, exp: now + expiresInSeconds });
  const signature = createHmac('sha256', TEST_SECRET).update(`${header}.${claims}`).digest('base64url');
  return `${header}.${claims}.${signature}`;
}

const part = (json: object) => Buffer.from(JSON.stringify(json)).toString('base64url');
