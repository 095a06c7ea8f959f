import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { expect, test } from '@jest/globals';
import { createBodyReceiver } from '../src/receive-body.ts';

const largest = Buffer.alloc(256 * 1024);
/** So many of the largest bodies are held at once. */
const most = 256;

/** A body that has come but for its end. */
function arriving(bytes: Buffer): IncomingMessage {
  const req = new IncomingMessage(new Socket());
  req.headers['transfer-encoding'] = 'chunked';
  req.push(bytes);
  return req;
}

const taken = () => new Promise((resolve) => setImmediate(resolve));
const full = expect.objectContaining({ code: 'gateway-full', kind: 'unavailable' });

test('what is arriving is bounded in all, and a body that was passed on or broke off makes room', async () => {
  const receive = createBodyReceiver();
  const reqs = Array.from({ length: most }, () => arriving(largest));
  const bodies = reqs.map((req) => receive(req));
  bodies[1]?.catch(() => undefined);
  await taken();
  await expect(receive(arriving(Buffer.from('x')))).rejects.toThrow(full);

  reqs[0]?.push(null);
  const first = await bodies[0];
  await expect(receive(arriving(Buffer.from('x')))).rejects.toThrow(full);
  first?.release();
  first?.release();
  const next = receive(arriving(largest));
  await taken();
  await expect(receive(arriving(Buffer.from('x')))).rejects.toThrow(full);

  reqs[1]?.destroy(new Error('gone'));
  await expect(bodies[1]).rejects.toThrow('gone');
  const last = arriving(Buffer.from('x'));
  const read = receive(last);
  last.push(null);
  expect(String((await read).body)).toBe('x');
  for (const body of [...bodies.slice(2), next]) body.catch(() => undefined);
});
