import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

const ANSWER_MS = 3_000;
const PROTOCOL = Buffer.from('AMQP\0\0\u0009\u0001', 'latin1');

/** Class and method of AMQP 0-9-1, as its frames begin. */
const START = 0x000a_000a;
const TUNE = 0x000a_001e;
const OPEN_OK = 0x000a_0029;
const CLOSE = 0x000a_0032;

/**
 * Why the broker refuses a connection, in its own words: a limit, an unknown vhost, a missing right. The client says only
 * that it was refused, so the handshake is done once more. Undefined when it isn't refused now, or nothing is said.
 */
export async function brokerWords(url: string): Promise<string | undefined> {
  const { protocol, hostname, port, username, password, pathname } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  const socket =
    protocol === 'amqps:'
      ? connectTls({ host, port: Number(port || 5671), servername: host })
      : connectTcp({ host, port: Number(port || 5672) });
  socket.setTimeout(ANSWER_MS, () => socket.destroy());
  socket.on('error', () => undefined);
  try {
    await once(socket, protocol === 'amqps:' ? 'secureConnect' : 'connect');
    const user = decodeURIComponent(username || 'guest');
    const secret = decodeURIComponent(password || 'guest');
    return await handshake(socket, `\0${user}\0${secret}`, decodeURIComponent(pathname.slice(1)) || '/');
  } catch {
    return undefined;
  } finally {
    socket.destroy();
  }
}

async function handshake(socket: Socket, response: string, vhost: string): Promise<string | undefined> {
  socket.write(PROTOCOL);
  for await (const payload of frames(socket)) {
    const method = payload.readUInt32BE(0);
    if (method === START) send(socket, 11, [long(''), short('PLAIN'), long(response), short('en_US')]);
    if (method === TUNE) {
      send(socket, 31, [payload.subarray(4, 12)]);
      send(socket, 40, [short(vhost), short(''), Buffer.from([0])]);
    }
    if (method === CLOSE) return payload.toString('utf8', 7, 7 + payload.readUInt8(6));
    if (method === OPEN_OK) return undefined;
  }
  return undefined;
}

async function* frames(socket: Socket): AsyncGenerator<Buffer> {
  let rest = Buffer.alloc(0);
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 8 && rest.length >= 8 + rest.readUInt32BE(3)) {
      const end = 7 + rest.readUInt32BE(3);
      yield rest.subarray(7, end);
      rest = rest.subarray(end + 1);
    }
  }
}

/** A method of the class connection. */
function send(socket: Socket, method: number, args: readonly Buffer[]): void {
  const payload = Buffer.concat([Buffer.from([0, 10, 0, method]), ...args]);
  socket.write(Buffer.concat([Buffer.from([1, 0, 0]), lengthOf(payload), payload, Buffer.from([0xce])]));
}

const short = (text: string) => Buffer.concat([Buffer.from([Buffer.byteLength(text)]), Buffer.from(text)]);
const long = (text: string) => Buffer.concat([lengthOf(Buffer.from(text)), Buffer.from(text)]);

function lengthOf(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return length;
}
