/** Resolves after the time; rejects with the signal's reason as soon as that is aborted. */ export declare function pause(ms: number, signal?: AbortSignal): Promise<void>;
/** From 250 ms, doubling to at most 5 s, the upper half by chance: clients of a restarted service come back spread out. */ export declare function backoff(failures: number): number;
