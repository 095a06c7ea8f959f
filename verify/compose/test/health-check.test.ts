import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';

const dockerfile = join(import.meta.dirname, '..', '..', '..', 'Dockerfile');
const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A port on which /readyz is answered with this status; without one, a port on which nobody listens. */
async function portThatAnswers(status?: number): Promise<string> {
  const server = createServer((_req, res) => void res.writeHead(status ?? 500).end());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  if (status === undefined) server.close();
  else servers.push(server);
  return String(port);
}

test.each([
  ['a service that is ready', 200, undefined, 0],
  ['a service that is not ready', 503, undefined, 1],
  ['the gateway that is ready', 404, 200, 0],
  ['the gateway that is not ready', 404, 503, 1],
  ['a process that does not listen', undefined, undefined, 1],
])('the image’s health check of %s', async (_what, own, operations, code) => {
  const [, command] = /HEALTHCHECK [^[]*CMD (\[.*\])/s.exec(await readFile(dockerfile, 'utf8')) ?? [];
  const [, ...args] = JSON.parse(command?.split('\n')[0] ?? '[]') as string[];
  const env = { PORT: await portThatAnswers(own), OPERATIONS_PORT: await portThatAnswers(operations) };
  const [exit] = await once(spawn(process.execPath, args, { env, stdio: 'inherit' }), 'exit');
  expect(exit).toBe(code);
});
