import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { afterEach, expect, jest, test } from '@jest/globals';
import { eventually } from '@order-events/testing';
import { metricsOf, sendRaw, startGateway, startUpstream } from './world.ts';

afterEach(() => void jest.restoreAllMocks());

const accepted =
  'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: a\r\n\r\n';
const upgrade = (first = 'GET /socket.io/?transport=websocket HTTP/1.1', ...more: string[]) =>
  [first, 'Host: x', 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Key: k', ...more, '', ''].join('\r\n');

/** Accepts every upgrade, says `welcome` and repeats what it hears; answers anything else with `plain`. */
async function startSockets() {
  const seen: IncomingMessage[] = [];
  const { url, server } = await startUpstream((req, res) => {
    seen.push(req);
    res.end('plain');
  });
  server.on('upgrade', (req, socket) => {
    seen.push(req);
    socket.write(`${accepted}welcome `);
    socket.on('error', () => undefined);
    socket.pipe(socket);
  });
  return { url, seen };
}

test('both sides speak through the gateway, and the service hears nothing that the client says of itself', async () => {
  const written = jest.spyOn(process.stdout, 'write').mockImplementation(() => true);
  const { url, seen } = await startSockets();
  const gateway = await startGateway({ notifications: url }, { LOG_LEVEL: 'info' });
  const forged = ['X-Forwarded-For: 6.6.6.6', 'X-Request-Id: evil', 'Forwarded: for=6.6.6.6', 'traceparent: evil'];
  const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1');
  socket.write(`${upgrade(undefined, ...forged)}hello`);
  const chunks: string[] = [];
  socket.on('data', (chunk) => chunks.push(String(chunk)));
  await eventually(() => expect(chunks.join('')).toMatch(/^HTTP\/1.1 101 .*sec-websocket-accept: a.*welcome hello$/is));
  expect(seen[0]?.headers).toEqual({
    host: 'x',
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-key': 'k',
    'x-forwarded-for': '127.0.0.1',
    'x-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
    traceparent: expect.stringMatching(/^00-/),
  });
  const metrics = await metricsOf(gateway);
  expect(metrics).toMatch(/in_use\{upstream="notifications",kind="live".*\} 1/);
  expect(metrics).toMatch(/request_duration_seconds_count\{.*route="\/socket.io",status="101"/);
  const log = written.mock.calls.map(([line]) => String(line)).join('');
  expect(log).toMatch(/"request".*"route":"\/socket.io","upstream":"notifications","status":"101"/);
  socket.end();
  await once(socket, 'close');
  await eventually(async () => expect(await metricsOf(gateway)).toMatch(/in_use\{.*kind="live".*\} 0/));
});

test.each([
  ['a name in upper case', upgrade().replace('Upgrade: websocket', 'UPGRADE: WebSocket')],
  ['an absolute target', upgrade('GET http://x/socket.io/?transport=websocket HTTP/1.1')],
])('%s is an upgrade', async (_what, request) => {
  const gateway = await startGateway({ notifications: (await startSockets()).url });
  expect(await sendRaw(gateway.url, request, /welcome/)).toMatch(/^HTTP\/1.1 101 /);
});

const other = (protocol: string) => upgrade().replace('Upgrade: websocket', `Upgrade: ${protocol}`);

test.each([
  ['h2c, as of curl --http2', other('h2c').replace('Connection: Upgrade', 'Connection: Upgrade, HTTP2-Settings')],
  ['H2C', other('H2C')],
  ['TLS', other('TLS/1.0')],
  ['IRC', other('IRC/6.9, RTA/x11')],
  ['several protocols', other('h2c, websocket')],
  ['nothing', other('')],
  ['a WebSocket on another path', upgrade('GET /api/v1/notifications HTTP/1.1')],
  ['a WebSocket on a path that only begins alike', upgrade('GET /socket.iox HTTP/1.1')],
  ['a WebSocket by POST', upgrade('POST /socket.io/ HTTP/1.1', 'Content-Length: 0')],
  ['a WebSocket over HTTP/1.0', upgrade('GET /socket.io/ HTTP/1.0')],
])('%s is no upgrade, and is answered over HTTP/1.1', async (_what, request) => {
  const { url, seen } = await startSockets();
  const gateway = await startGateway({ notifications: url });
  const answer = await sendRaw(gateway.url, request, /plain|no-such-route/);
  expect(answer).toMatch(/^HTTP\/1.1 (200 .*plain|404 .*no-such-route)/s);
  expect(seen.map(({ headers }) => headers.upgrade).filter(Boolean)).toEqual([]);
});

test('what the service says instead of accepting reaches the client, and the connection ends', async () => {
  const { url } = await startUpstream((_req, res) => {
    res.writeHead(403, { 'content-type': 'text/plain' });
    res.end('no');
  });
  const gateway = await startGateway({ notifications: url });
  expect(await sendRaw(gateway.url, upgrade())).toMatch(/^HTTP\/1.1 403 .*Connection: close.*no\r\n/is);
});

test('a service that is down, or full, is a problem, and the connection ends', async () => {
  const { url } = await startSockets();
  const down = await startGateway({});
  expect(await sendRaw(down.url, upgrade())).toMatch(/^HTTP\/1.1 503 .*Retry-After: 2.*upstream-down/is);
  const full = await startGateway({ notifications: url }, { LIVE_LIMIT: '1' });
  const open = connect(Number(new URL(full.url).port), '127.0.0.1');
  open.write(upgrade());
  await once(open, 'data');
  expect(await sendRaw(full.url, upgrade())).toMatch(/^HTTP\/1.1 503 .*Retry-After: 1.*upstream-full/is);
  open.destroy();
});

test('a client that leaves before the service has answered leaves nothing open', async () => {
  const { promise: arrived, resolve } = Promise.withResolvers<void>();
  const { url, server } = await startUpstream(() => undefined);
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  server.on('upgrade', (_req, socket) => {
    socket.resume().once('end', end);
    resolve();
  });
  const gateway = await startGateway({ notifications: url });
  const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1');
  socket.write(upgrade());
  await arrived;
  socket.destroy();
  await ended;
  await eventually(async () => expect(await metricsOf(gateway)).toMatch(/in_use\{.*kind="live".*\} 0/));
});

test('when the service closes, so does the client’s socket, after the last byte', async () => {
  const { url, server } = await startUpstream(() => undefined);
  server.on('upgrade', (_req, socket) => socket.end(`${accepted}bye`));
  const gateway = await startGateway({ notifications: url });
  expect(await sendRaw(gateway.url, upgrade())).toMatch(/bye$/);
});
