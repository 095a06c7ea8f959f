import { readFile } from 'node:fs/promises';

/** Resident memory in MiB and processor time so far in seconds, as Linux accounts for them; undefined elsewhere. */
export async function usageOf(pid: number): Promise<{ memoryMiB: number; cpuSeconds: number } | undefined> {
  try {
    const [stat, status] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readFile(`/proc/${pid}/status`, 'utf8'),
    ]);
    // Fields 14 and 15, counted after the name in parentheses, in hundredths of a second.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const cpuSeconds = (Number(fields[11]) + Number(fields[12])) / 100;
    return { memoryMiB: Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1024, cpuSeconds };
  } catch {
    return undefined;
  }
}
