interface Entry {
  version?: string;
  dev?: boolean;
  optional?: boolean;
  optionalDependencies?: Record<string, string>;
  os?: string[];
  cpu?: string[];
  libc?: string[];
}

interface Lockfile {
  packages: Record<string, Entry>;
}

const systems = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32'];
const processors = ['arm', 'arm64', 'ia32', 'loong64', 'ppc64', 'riscv64', 's390x', 'x64'];
const libraries: Record<string, string> = { gnu: 'glibc', gnueabihf: 'glibc', musl: 'musl', musleabihf: 'musl' };

/**
 * The lockfile with an entry for every platform's package of a native tool. npm drops those that it can't see from the machine where it
 * writes the file, and then `npm ci` refuses the file everywhere.
 */
export function completeLockfile(text: string): string {
  const lockfile = JSON.parse(text) as Lockfile;
  const missing = Object.entries(lockfile.packages).flatMap(([path, entry]) => missingOf(lockfile, path, entry));
  if (missing.length === 0) return text;
  const packages = [...Object.entries(lockfile.packages), ...missing].sort(([a], [b]) => a.localeCompare(b, 'en'));
  return `${JSON.stringify({ ...lockfile, packages: Object.fromEntries(packages) }, null, 2)}\n`;
}

function missingOf({ packages }: Lockfile, path: string, parent: Entry): [string, Entry][] {
  return Object.entries(parent.optionalDependencies ?? {}).flatMap(([name, version]) => {
    const known = packages[`${path}/node_modules/${name}`] ?? packages[`node_modules/${name}`];
    const platform = platformOf(name);
    if (known || !platform || !/^\d/.test(version)) return [];
    return [[`node_modules/${name}`, { version, ...platform, ...(parent.dev && { dev: true }), optional: true }]];
  });
}

/** What the name says, as all such packages are named: @swc/core-linux-x64-musl. */
function platformOf(name: string): Pick<Entry, 'os' | 'cpu' | 'libc'> | undefined {
  const words = name.split(/[-/]/);
  const os = words.filter((word) => systems.includes(word));
  const cpu = words.filter((word) => processors.includes(word));
  const libc = words.flatMap((word) => libraries[word] ?? []);
  if (os.length !== 1 || cpu.length !== 1) return undefined;
  return { cpu, ...(libc.length > 0 && { libc }), os };
}
