import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** The programs of a RabbitMQ that is installed on this machine. */
export interface Installed {
  readonly server: string;
  readonly epmd: string;
  /** The folder that is `/` to them; absent, this machine's own. */
  readonly root?: string;
}

/** How a program of theirs is called. In a root of its own it sees that root's files, and this machine's processes and network. */
export function commandOf({ root }: Installed, program: string, args: readonly string[] = []): [string, ...string[]] {
  if (root === undefined) return [program, ...args];
  // The mount is this command's alone and ends with it; nothing between us and the program keeps a process id of its own.
  const enter = 'mount -t proc proc "$0/proc" && exec chroot "$0" "$@"';
  return ['unshare', '--mount', 'sh', '-c', enter, root, program, ...args];
}

// The real start script first: the one that Debian and RPM packages put on the path runs as the system's user only, in its folders.
const USUAL_FOLDERS = ['/usr/lib/rabbitmq/bin', '/opt/homebrew/opt/rabbitmq/sbin', '/usr/local/opt/rabbitmq/sbin'];
const ERLANG_FOLDERS = [
  '/usr/lib/erlang/bin',
  '/opt/homebrew/opt/erlang/bin',
  '/usr/local/opt/erlang/bin',
  '/usr/lib64/erlang/bin',
];

export async function findInstalled(path = process.env.PATH ?? ''): Promise<Installed | undefined> {
  if (process.platform === 'win32') return undefined; // Its start scripts are others; there, Docker serves.
  const onPath = path.split(delimiter).filter((folder) => folder !== '');
  const server = await firstProgram('rabbitmq-server', [...USUAL_FOLDERS, ...onPath]);
  const epmd = await firstProgram('epmd', [...onPath, ...ERLANG_FOLDERS]);
  return server && epmd ? { server, epmd } : undefined;
}

async function firstProgram(name: string, folders: readonly string[]): Promise<string | undefined> {
  for (const folder of folders) {
    const file = join(folder, name);
    const runs = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (runs) return file;
  }
  return undefined;
}
