import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import type { Engine } from './engine.ts';
import { engineFolder } from './own-engine.ts';
import type { Progress } from './progress.ts';
import { run, succeeds } from './run-command.ts';

const SUITE = 'trixie';
const MIRROR = 'http://deb.debian.org/debian';

/** The name that the stand-ins' Dockerfiles start from. */
export const DEBIAN = `order-events-debian:${SUITE}`;

/** Certificates that only this machine trusts come along: its packages may reach the registries through a proxy. */
const IMPORT = `set -e
for file in /usr/local/share/ca-certificates/*.crt; do
  if [ -e "$file" ]; then mkdir -p "$1/usr/local/share/ca-certificates"; cp -L "$file" "$1/usr/local/share/ca-certificates/"; fi
done
rm -f "$1"/var/cache/apt/archives/*.deb
tar -C "$1" -c . | docker import - "$2"`;

/** Makes the image that all stand-ins start from, unless an earlier run did. */
export async function provideDebian(engine: Engine, progress: Progress, signal: AbortSignal): Promise<void> {
  if (await succeeds('docker', ['image', 'inspect', DEBIAN], { env: engine.env })) return;
  await progress.prepare(`make a Debian ${SUITE} image`, async () => {
    const folder = await mkdtemp(join(engineFolder, 'debian-'));
    const options = { env: engine.env, timeout: 600_000, signal };
    try {
      await run('debootstrap', ['--variant=minbase', SUITE, folder, MIRROR], options);
      await run('sh', ['-c', IMPORT, 'import', folder, DEBIAN], options);
    } finally {
      await run('rm', ['-rf', '--one-file-system', folder]);
    }
  });
}
