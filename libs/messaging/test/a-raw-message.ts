import type { Channel } from 'amqplib';

/** Labels and headers as bytes on the wire: also those that no client would write. */
export interface RawLabels {
  readonly messageId?: Buffer;
  readonly type?: Buffer;
  readonly timestamp?: bigint;
  /** The content of the table. */
  readonly headers?: Buffer;
}

/** Publishes a message as it stands, to order_events. */
export function publishRaw(channel: Channel, key: Buffer, labels: RawLabels, body: Buffer): void {
  const { ch, connection } = channel as unknown as { ch: number; connection: { stream: NodeJS.WritableStream } };
  const method = Buffer.concat([
    Buffer.from([0, 60, 0, 40, 0, 0]),
    short('order_events'),
    short(key),
    Buffer.from([0]),
  ]);
  const frames = [frame(1, ch, method), frame(2, ch, headerOf(labels, body)), frame(3, ch, body)];
  connection.stream.write(Buffer.concat(frames));
}

function headerOf({ headers, messageId, timestamp, type }: RawLabels, body: Buffer): Buffer {
  const size = Buffer.alloc(8);
  size.writeBigUInt64BE(BigInt(body.length));
  const properties: [number, Buffer | undefined][] = [
    [0x2000, headers && long(headers)],
    [0x1000, Buffer.from([2])],
    [0x80, messageId && short(messageId)],
    [0x40, timestamp === undefined ? undefined : eight(timestamp)],
    [0x20, type && short(type)],
  ];
  const given = properties.filter(([, bytes]) => bytes);
  const flags = given.reduce((sum, [flag]) => sum + flag, 0);
  const start = Buffer.from([0, 60, 0, 0, ...size, flags >> 8, flags & 0xff]);
  return Buffer.concat([start, ...given.map(([, bytes]) => bytes as Buffer)]);
}

function frame(type: number, channel: number, payload: Buffer): Buffer {
  const start = Buffer.from([type, channel >> 8, channel & 0xff]);
  return Buffer.concat([start, long(payload), Buffer.from([0xce])]);
}

export const short = (text: string | Buffer) =>
  Buffer.concat([Buffer.from([Buffer.from(text).length]), Buffer.from(text)]);

export function long(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** One entry of a table whose value is text. */
export const textEntry = (name: string, bytes: Buffer) => Buffer.concat([short(name), Buffer.from('S'), long(bytes)]);

/** A table in a table in a table …: six bytes for each. */
export function deepTable(depth: number): Buffer {
  const bytes = Buffer.alloc(6 * depth);
  for (let at = 0; at < depth; at++) {
    bytes.write('F', 6 * at + 1);
    bytes.writeUInt32BE(6 * (depth - at - 1), 6 * at + 2);
  }
  return bytes;
}

function eight(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(value);
  return bytes;
}
