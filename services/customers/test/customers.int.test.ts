import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createAuth, type Service } from '@order-events/runtime';
import { asking, personToken, TEST_ISSUER, TEST_SECRET } from '@order-events/testing';
import { service } from '../src/index.ts';

let customers: Service;

beforeAll(async () => {
  customers = service.create({
    PORT: '0',
    LOG_LEVEL: 'error',
    STORE_URL: 'sqlite::memory:',
    ACCESS_TOKEN_SECRET: TEST_SECRET,
    ISSUER: TEST_ISSUER,
  });
  await customers.start();
});
afterAll(() => customers.stop());

const as = (person: string) => asking(customers.url, personToken(person));
const asService = (name: string) =>
  asking(
    customers.url,
    createAuth({ secret: TEST_SECRET, issuer: TEST_ISSUER, service: name }).signServiceToken('customers'),
  );
const me = '/api/v1/customers/me';

test('a profile is the person’s own', async () => {
  expect(await as('ada')('GET', me)).toMatchObject({ status: 404, body: { code: 'customer-unknown' } });
  const put = await as('ada')('PUT', me, { email: 'ada@example.org', name: 'Ada' });
  expect(put).toMatchObject({ status: 200, body: { email: 'ada@example.org', name: 'Ada', locale: 'en' } });
  const read = await as('ada')('GET', me);
  expect([read.status, read.headers.get('etag'), read.body]).toEqual([200, '"1"', put.body]);
  expect((await as('ben')('GET', me)).status).toBe(404);
  expect(
    (await as('ada')('PUT', me, { email: 'ada@new.example.org', name: 'Ada' }, { 'if-match': '"9"' })).status,
  ).toBe(412);
});

test('only the email service may read an address', async () => {
  await as('cem')('PUT', me, { email: 'cem@example.org', name: 'Cem', locale: 'tr' });
  const asked = await asService('email')('GET', '/internal/customers/cem');
  expect(asked).toMatchObject({ status: 200, body: { email: 'cem@example.org', name: 'Cem', locale: 'tr' } });
  expect((await asService('email')('GET', '/internal/customers/ghost')).status).toBe(404);
  expect((await asService('orders')('GET', '/internal/customers/cem')).status).toBe(403);
  expect((await as('cem')('GET', '/internal/customers/cem')).status).toBe(403);
});

test.each([
  [{ email: 'not an address', name: 'Ada' }, '/email'],
  [{ email: 'ada@example.org', name: 'Ada\r\nBcc: all@example.org' }, '/name'],
  [{ email: 'ada@example.org', name: 'Ada', admin: true }, '/admin'],
  [{ name: 'Ada' }, '/email'],
])('%j is refused', async (body, pointer) => {
  const { status, body: problem } = await as('ada')('PUT', me, body);
  expect({ status, ...problem }).toMatchObject({ status: 400, code: 'body-invalid', errors: [{ pointer }] });
});
