/** What parseArgs complains about, without its advice. */
export function complaintOf(error: unknown): string {
  return (error as Error).message.split(/\.\s/)[0] ?? '';
}
