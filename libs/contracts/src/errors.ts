/** One fault of a value: its place (a JSON Pointer, empty for the whole) and a message. Never repeats the value. */
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

/** A message is no event of the catalogue, or breaks its contract. A retry does not help: `kind` is `invalid`. */
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
