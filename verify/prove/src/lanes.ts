/** Does all the work, in that many lanes side by side, each with a thing of its own to work with. Rejects with the first failure. */
export async function inLanes<T>(lanes: readonly T[], work: readonly ((lane: T) => Promise<void>)[]): Promise<void> {
  const next = [...work];
  await Promise.all(
    lanes.map(async (lane) => {
      for (let job = next.shift(); job; job = next.shift()) await job(lane);
    }),
  );
}
