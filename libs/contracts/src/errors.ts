/** One fault of a value: where (a JSON Pointer, empty for the whole) and what. Never repeats the value. */
export interface Problem {
  readonly pointer: string;
  readonly message: string;
}

export type ContractBreach =
  | 'undecodable'
  | 'envelope'
  | 'unknown-type'
  | 'unknown-version'
  | 'schema'
  | 'too-large'
  | 'relabelled';

/** Something is not the event it says it is, or not one of ours. Trying again does not help: `kind` is `invalid`. */
export class ContractError extends Error {
  override readonly name = 'ContractError';
  readonly kind = 'invalid';
  readonly code: string;
  readonly reason: ContractBreach;
  readonly problems: readonly Problem[];

  constructor(reason: ContractBreach, message: string, problems: readonly Problem[] = [], options?: ErrorOptions) {
    const faults = problems.map(({ pointer, message: fault }) => `${pointer || '/'} ${fault}`).join('; ');
    super(faults ? `${message}: ${faults}` : message, options);
    this.reason = reason;
    this.code = `event-${reason}`;
    this.problems = problems;
  }
}
