import type { ChannelModel } from 'amqplib';

/** The part of the client that its types don't show (amqplib 2: lib/connection.js). */
interface Receiving {
  readonly rest: Buffer;
  recvFrame(): object | false;
}

const FRAME_HEADER = 2;
const BASIC_PROPERTIES = 60;
const FRAME_START = 7;

/**
 * What the client can't decode ends its connection, so one message would end it each time it is handed out: a header table
 * 5,000 deep is beyond its stack. Such a message comes without labels instead, and is a dead letter like any unsigned one.
 */
export function surviveUnreadableLabels({ connection }: ChannelModel): void {
  const receiving = connection as unknown as Receiving;
  const receive = receiving.recvFrame.bind(receiving);
  receiving.recvFrame = () => {
    const frame = receiving.rest;
    try {
      return receive();
    } catch (error) {
      if (frame[0] !== FRAME_HEADER || frame === receiving.rest) throw error;
      // The frame is taken off already: what it says of the body is all that is needed to go on.
      const size = Number(frame.readBigUInt64BE(FRAME_START + 4));
      return { id: BASIC_PROPERTIES, channel: frame.readUInt16BE(1), size, fields: {} };
    }
  };
}
