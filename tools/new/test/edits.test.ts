import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { edits } from '../edits.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const container = '  vouchers:\n    image: order-events/vouchers';
const service = { name: 'vouchers', one: 'voucher', port: 3_050, container };

async function edited(path: string): Promise<string> {
  return edits[path]?.(await readFile(join(root, path), 'utf8'), service) ?? '';
}

test('the list of services has the new one, with its port, and not as an example', async () => {
  const [entry] = /^ {2}vouchers: \{\n.*?^ {2}\},/ms.exec(await edited('libs/contracts/src/services.ts')) ?? [];
  expect(entry).toContain('port: 3050');
  expect(entry).toContain("addressSetting: 'VOUCHERS_SERVICE_URL'");
  expect(entry).not.toMatch(/example|folder/);
});

test('its event is listed, known and for the record', async () => {
  expect(await edited('libs/contracts/src/catalogue.ts')).toMatch(/contracts: .*= \[[^\]]*\.\.\.voucherEvents,\n\]/s);
  expect(await edited('libs/contracts/src/consumers.ts')).toMatch(/forTheRecord.*voucherGranted/s);
  expect(await edited('libs/contracts/src/index.ts')).toContain("export { voucherGranted } from './vouchers.ts';");
});

test('docker-compose.yml has its container, its address and its password', async () => {
  const compose = parse(await edited('docker-compose.yml'), { merge: true });
  expect(compose.services.vouchers).toEqual({ image: 'order-events/vouchers' });
  expect(compose['x-addresses'].VOUCHERS_SERVICE_URL).toBe('http://vouchers:3050');
  expect(Object.keys(compose.services.topology.environment)).toContain('VOUCHERS_RABBITMQ_PASSWORD');
});

test('a file that looks otherwise is told, and is not written', () => {
  expect(() => edits['.env.example']?.('nothing', service)).toThrow('npm run new has to learn');
});
