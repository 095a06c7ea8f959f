/** A way to take orders: each is stored, said, and heard by five services that store its effect. Everything survives a crash of the machine. */
export interface OrderService {
  readonly name: string;
  /** Resolves when so many new orders are stored and all five have stored their effect of each. */
  take(count: number): Promise<void>;
  close(): Promise<void>;
}

/** Five queues hear it, in every arm. */
export const said = 'order.cancelled.v1';
export const hearers = ['inventory', 'payments', 'email', 'notifications', 'audit'] as const;
/** People who order at once. */
export const people = 256;
export const prefetch = 200;

/** Resolves after so many calls of `heard`. */
export function countdown(): { heard(): void; wait(count: number): Promise<void> } {
  let left = 0;
  let done = () => {};
  return {
    heard() {
      left -= 1;
      if (left === 0) done();
    },
    wait(count) {
      left += count;
      return new Promise((resolve) => {
        done = resolve;
      });
    },
  };
}
