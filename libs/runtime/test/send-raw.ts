import { connect } from 'node:net';

/** Sends bytes as they are, for what no HTTP client would send; resolves with all that came back when the server closes. */
export function sendRaw(url: string, ...chunks: readonly string[]): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => {
      for (const chunk of chunks) socket.write(chunk);
    });
    let received = '';
    socket.on('data', (data) => {
      received += data;
    });
    socket.on('error', () => resolve(received));
    socket.on('close', () => resolve(received));
  });
}
