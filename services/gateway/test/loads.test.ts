import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';

const script = `
  import { registerHooks } from 'node:module';
  const loaded = [];
  registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) });
  await import('@order-events/gateway');
  console.log(loaded.join('\\n'));
`;

test('a gateway loads no client of a broker, no store and no validator', async () => {
  const args = ['--input-type=module', '--eval', script];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: import.meta.dirname });
  expect(stdout).toMatch(/runtime\/src\/http-service\.ts/);
  expect(stdout).not.toMatch(/amqplib|mongoose|ajv|libs\/(messaging|store|service)\//);
});
