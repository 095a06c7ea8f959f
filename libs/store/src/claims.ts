import { isDeepStrictEqual } from 'node:util';
import type { Document } from './collection.ts';
import { type Cause, type Decision, decide, unchanged } from './decision.ts';

/** What a document's state says of the call that is in flight for it. A service adds what tells its calls apart. */
export interface Claim {
  /** When its lease ends (RFC 3339, UTC): from then on its caller is taken for dead, and the call may be looked up. */
  readonly until: string;
}

/** Of a claim that is taken now (RFC 3339, UTC). */
export interface Lease {
  readonly now: string;
  readonly until: string;
}

/** How one kind of document keeps its claim. */
export interface ClaimRules<S, C extends Claim> {
  /** The claim in a state, also one whose lease is over; undefined: none is recorded. */
  readonly claimIn: (state: S) => C | undefined;
  /** What `take` rejects with while the call of another may still be answered. */
  readonly inFlight: (id: string, claim: C) => Error;
}

interface Recorded<S> {
  readonly document: Document<S>;
  readonly changed: boolean;
}

/** What claims need of `Documents`. */
interface ClaimedDocuments<S> {
  change(id: string, decision: (state: S | undefined) => Decision<S>, cause: Cause): Promise<Recorded<S>>;
}

export interface ClaimsOptions<S, C extends Claim> {
  readonly documents: ClaimedDocuments<S>;
  readonly rules: ClaimRules<S, C>;
  readonly clock: () => Date;
  /** How long a claim counts as in flight, in milliseconds: twice what its call may take, or until it is renewed. */
  readonly leaseMs: number;
}

/** Lets one call to the outside be in flight for a document, among all instances: decision record 14. */
export interface Claims<S, C extends Claim> {
  /**
   * Stores what `begin` decides, unless a call is in flight: a claim, if there is something to call for. A claim in the
   * state that `begin` gets is of a caller that died: the call may have been made. Rejects with the rules' `inFlight`,
   * with what `begin` throws, and as a change of the document does.
   */
  take(
    id: string,
    cause: Cause,
    begin: (state: S | undefined, lease: Lease) => Decision<S>,
  ): Promise<{ readonly state: S; readonly held: HeldClaim<S, C> | undefined }>;
}

// More than clocks of healthy machines differ, and more than a decision that lost a race is late.
const skewMs = 60_000;

export function createClaims<S, C extends Claim>(options: ClaimsOptions<S, C>): Claims<S, C> {
  const { documents, rules } = options;
  return {
    async take(id, cause, begin) {
      const decision = (state: S | undefined) => takeClaim(rules, id, state, leaseOf(options), begin);
      const { document, changed } = await documents.change(id, decision, cause);
      const claim = changed ? rules.claimIn(document.state) : undefined;
      return { state: document.state, held: claim && new HeldClaim(options, id, cause, claim) };
    },
  };
}

/**
 * The decision to begin a call. Throws the rules' `inFlight` while another may be answered: its lease lies ahead, and ends
 * no later than one taken now would. One that does was taken by a clock that was ahead, and keeps nobody waiting.
 */
export function takeClaim<S, C extends Claim>(
  { claimIn, inFlight }: ClaimRules<S, C>,
  id: string,
  state: S | undefined,
  lease: Lease,
  begin: (state: S | undefined, lease: Lease) => Decision<S>,
): Decision<S> {
  const claim = state && claimIn(state);
  const isInFlight = claim && claim.until > lease.now && Date.parse(claim.until) - Date.parse(lease.until) <= skewMs;
  if (isInFlight) throw inFlight(id, claim);
  return begin(state, lease);
}

/** The decision where the claim is still held; where another has taken it over, that one asks for itself. */
export function whileHeld<S, C extends Claim>(
  { claimIn }: ClaimRules<S, C>,
  claim: C,
  state: S,
  decision: (state: S) => Decision<S>,
): Decision<S> {
  return isDeepStrictEqual(claimIn(state), claim) ? decision(state) : unchanged(state);
}

/** A claim of this process, from the write that took it to the one that records what became of its call. */
export class HeldClaim<S, C extends Claim> {
  readonly #options: ClaimsOptions<S, C>;
  readonly #id: string;
  readonly #cause: Cause;
  #claim: C;
  #renewing: NodeJS.Timeout | undefined;
  #renewed: Promise<unknown> = Promise.resolve();

  constructor(options: ClaimsOptions<S, C>, id: string, cause: Cause, claim: C) {
    this.#options = options;
    this.#id = id;
    this.#cause = cause;
    this.#claim = claim;
  }

  get claim(): C {
    return this.#claim;
  }

  /**
   * Renews the lease now, and every third of it until something is recorded: for a call whose answer may take long. Rejects
   * with the rules' `inFlight` where another has taken the claim over, and as a change of the document does. Later renewals
   * that fail are left: the lease then ends by itself.
   */
  async keep(renewed: (state: S, until: string) => S): Promise<void> {
    await this.#renew(renewed);
    clearInterval(this.#renewing);
    const renewing = setInterval(() => {
      this.#renewed = this.#renewed.then(() => this.#renew(renewed)).catch(() => undefined);
    }, this.#options.leaseMs / 3);
    this.#renewing = renewing.unref();
  }

  /** Stores the decision while the claim is held; `changed` is false where another has taken it over. */
  async record(decision: (state: S, now: string) => Decision<S>): Promise<Recorded<S>> {
    await this.#endRenewals();
    return this.#whileHeld((state) => decision(state, leaseOf(this.#options).now));
  }

  /** Stores the decision whoever holds the claim: for what the call has done, which is true in any case. */
  async recordFact(decision: (state: S, now: string) => Decision<S>): Promise<void> {
    await this.#endRenewals();
    await this.#change((state) => decision(state, leaseOf(this.#options).now));
  }

  async #renew(renewed: (state: S, until: string) => S): Promise<void> {
    const { rules } = this.#options;
    const { until } = leaseOf(this.#options);
    const { document, changed } = await this.#whileHeld((state) => decide(renewed(state, until)));
    if (!changed) throw rules.inFlight(this.#id, this.#claim);
    this.#claim = rules.claimIn(document.state) ?? this.#claim;
  }

  /** No renewal is under way any more: the claim stays as it is. */
  async #endRenewals(): Promise<void> {
    clearInterval(this.#renewing);
    await this.#renewed;
  }

  #whileHeld(decision: (state: S) => Decision<S>): Promise<Recorded<S>> {
    return this.#change((state) => whileHeld(this.#options.rules, this.#claim, state, decision));
  }

  #change(decision: (state: S) => Decision<S>): Promise<Recorded<S>> {
    const known = (state: S | undefined) => {
      if (state === undefined) throw new Error(`the document ${this.#id} vanished while a call was in flight for it`);
      return decision(state);
    };
    return this.#options.documents.change(this.#id, known, this.#cause);
  }
}

function leaseOf({ clock, leaseMs }: Pick<ClaimsOptions<never, never>, 'clock' | 'leaseMs'>): Lease {
  const now = clock();
  return { now: now.toISOString(), until: new Date(now.getTime() + leaseMs).toISOString() };
}
