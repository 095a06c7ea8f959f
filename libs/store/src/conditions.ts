/** Promises that resolve when something has become true. Whoever changes anything calls check(). */
export class Conditions {
  #waiting: { holds: () => boolean; resolve: () => void }[] = [];

  until(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push({ holds, resolve });
      this.check();
    });
  }

  check(): void {
    const met = this.#waiting.filter(({ holds }) => holds());
    if (met.length === 0) return;
    this.#waiting = this.#waiting.filter((condition) => !met.includes(condition));
    for (const { resolve } of met) resolve();
  }
}
