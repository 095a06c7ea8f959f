import { kindOf } from './errors.ts';
import { maskText } from './mask.ts';

/**
 * What to tell someone whose service can't start because of its surroundings: one line, or a block for several
 * settings. Undefined for anything unexpected, which deserves its stack.
 */
export function explainStartFailure(error: unknown): string | undefined {
  for (const each of causesOf(error)) {
    const explanation = explain(each);
    if (explanation) return maskText(explanation);
  }
  return undefined;
}

interface Failure {
  readonly code?: unknown;
  readonly syscall?: unknown;
  readonly path?: unknown;
  readonly port?: unknown;
  readonly address?: unknown;
  readonly faults?: unknown;
  readonly message?: unknown;
}

function explain(error: Failure): string | undefined {
  const { code, syscall, path, port, address = 'this address', faults } = error;
  if (Array.isArray(faults) && faults.length > 0) return ['settings are missing or wrong:', ...faults].join('\n  ');
  if (kindOf(error)) return String(error.message);
  if (code === 'EADDRINUSE') return `port ${port} is taken by another program: stop it, or set PORT`;
  if (syscall === 'listen') return `it may not listen on ${address} port ${port} (${code}): set HOST and PORT`;
  if (unwritable.has(code) && path !== undefined)
    return `${path} can’t be written (${code}): check the folder’s rights`;
  if (unreachable.has(code)) return `nothing answers at ${address}${port ? ` port ${port}` : ''} (${code})`;
  return undefined;
}

const unwritable = new Set<unknown>(['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'ENOTDIR']);
const unreachable = new Set<unknown>(['ECONNREFUSED', 'ENOTFOUND', 'ETIMEDOUT', 'EHOSTUNREACH', 'EAI_AGAIN']);

function* causesOf(error: unknown): Generator<Failure> {
  const seen = new Set<unknown>();
  for (let each = error; typeof each === 'object' && each !== null && !seen.has(each); each = (each as Error).cause) {
    seen.add(each);
    yield each;
  }
}
