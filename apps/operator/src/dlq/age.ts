import { DlqError, EXIT } from './errors.ts';

const units = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `90s`, `15m`, `2h`, `3d`. */
export function ageInMs(age: string): number {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(age) ?? [];
  if (count === undefined) throw new DlqError(EXIT.misused, `${age} is no age such as 90s, 15m, 2h or 3d`);
  return Number(count) * units[unit as keyof typeof units];
}

/** The largest unit that fits, for people: `3d`. */
export function ageSince(time: string | undefined, now = Date.now()): string {
  if (time === undefined) return '?';
  const ms = Math.max(0, now - Date.parse(time));
  const [unit, size] = Object.entries(units).findLast(([, each]) => ms >= each) ?? ['s', units.s];
  return `${Math.floor(ms / size)}${unit}`;
}
