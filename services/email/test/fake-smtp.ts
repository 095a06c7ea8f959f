import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { SMTPServer, type SMTPServerSession } from 'smtp-server';

/** The reaction to a mail that has arrived; undefined accepts it (250). */
export type Deed = 'drop' | 'stall' | 'slow' | 'trickle' | (() => void);

export interface Arrived {
  readonly recipients: readonly string[];
  readonly sender: string;
  readonly source: string;
  /** Whether the connection on which it came is still open. */
  isConnected(): boolean;
  /** The unfolded value of a header; undefined where there is none. */
  header(name: string): string | undefined;
}

/** A mail server that follows instructions, each once. */
export async function startFakeSmtp() {
  const arrived: Arrived[] = [];
  const replies: { code: number; reply: string }[] = [];
  const deeds: Deed[] = [];
  let hangsUp = 0;
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    logger: false,
    onMailFrom(_address, session, done) {
      if (hangsUp-- > 0) connectionOf(session)?.destroy();
      else done();
    },
    onRcptTo(_address, _session, done) {
      const refusal = replies.shift();
      done(refusal && Object.assign(new Error(refusal.reply), { responseCode: refusal.code }));
    },
    async onData(stream, session, done) {
      arrived.push({
        ...arrivedOf(session, await text(stream)),
        isConnected: () => connectionOf(session) !== undefined,
      });
      const deed = deeds.shift();
      if (typeof deed === 'function') return deed();
      if (deed === 'drop') return connectionOf(session)?.destroy();
      if (deed === 'trickle') return trickle(connectionOf(session));
      if (deed === 'slow') return void setTimeout(done, 1_500);
      if (deed !== 'stall') done();
    },
  });

  function connectionOf({ id }: SMTPServerSession) {
    return [...server.connections].find((connection) => connection.id === id)?._socket;
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    arrived,
    /** The next recipient is answered with this. */
    refuseNext: (code: number, reply: string) => void replies.push({ code, reply }),
    /** What happens to the next mail that arrives. */
    next: (deed: Deed) => void deeds.push(deed),
    /** Goes away when the next mail begins. */
    hangUpNext: () => {
      hangsUp = 1;
    },
    close: () =>
      new Promise<void>((resolve) => {
        for (const { _socket } of server.connections) _socket.destroy();
        server.close(() => resolve());
      }),
  };
}

/** Keeps sending continuation lines, so that the client sees no silence. */
function trickle(socket: Socket | undefined): void {
  const more = setInterval(() => socket?.write('250-wait\r\n'), 50);
  socket?.once('close', () => clearInterval(more));
}

function arrivedOf(
  { envelope: { mailFrom, rcptTo } }: SMTPServerSession,
  source: string,
): Omit<Arrived, 'isConnected'> {
  const [head = ''] = source.split('\r\n\r\n', 1);
  const headers = head.replace(/\r\n[ \t]+/g, ' ').split('\r\n');
  return {
    recipients: rcptTo.map(({ address }) => address),
    sender: mailFrom ? mailFrom.address : '',
    source,
    header: (name) =>
      headers.find((line) => line.toLowerCase().startsWith(`${name.toLowerCase()}: `))?.slice(name.length + 2),
  };
}
