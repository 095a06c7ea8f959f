/** Shows what happens to your orders, live: node examples/watch.mjs */
import { io } from 'socket.io-client';
import { findSystem } from './system.mjs';

const { gateway, token } = findSystem();

// Of the last message: after an interruption, what was missed comes first. A program that ends keeps it in a file.
let cursor;
const socket = io(gateway, { auth: (give) => give({ token, cursor }) });

socket.on('ready', (said) => {
  cursor ??= said.cursor;
  console.log('watching');
});
socket.onAny((event, said) => {
  if (event === 'ready') return;
  cursor = said.cursor;
  console.log(`${said.timestamp}  ${event}  ${said.message ?? ''}`);
});
socket.on('connect_error', ({ message }) => {
  console.error(message);
  // Not active: the server has refused this token, and asking again with it is no use.
  if (!socket.active) process.exit(1);
});
