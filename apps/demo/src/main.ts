import { listenForInterrupts } from './interrupts.ts';
import { createScreen } from './screen.ts';

// What is written here holds addresses and tokens.
process.umask(0o077);
const screen = createScreen();
// Loading everything else takes a second, in which somebody may press Ctrl-C already.
const interrupted = listenForInterrupts(screen.step);
const { start } = await import('./start.ts');
process.exitCode = await start(process.argv.slice(2), { env: process.env, screen, interrupted });
// By now nothing is open; whatever is keeps nobody waiting.
setTimeout(() => process.exit(), 3_000).unref();
