import Type, { type Static } from 'typebox';

const strict = { additionalProperties: false };
const times = Type.Union([Type.Integer({ minimum: 1, maximum: 1_000_000 }), Type.Literal(true)]);
/** The body of PUT and GET `/faults`. */
export const faultsSchema = Type.Object(
  {
    /** Addresses to refuse with 451, and how often; `*` is every address. */
    refuse: Type.Optional(Type.Record(Type.String({ pattern: '^(\\*|[^\\s@]+@[^\\s@]+)$' }), times, strict)),
    /** Behaves as a mail server that is down. */
    down: Type.Optional(Type.Boolean()),
    /** Accepts the mail, and closes the connection before the response. */
    drop: Type.Optional(Type.Boolean()),
  },
  { ...strict, description: 'faults are { refuse?: { address or *: times or true }, down?, drop? }' },
);
export type Faults = Static<typeof faultsSchema>;

/** Faults of the local mailbox: switched while it runs, lost when it stops. */
export interface FaultSwitch {
  /** The faults that are left. */
  faults(): Faults;
  /** Replaces all faults; those left out are switched off. */
  set(faults: Faults): void;
  /** The fault of the next mail to this address; a refusal is counted. */
  disturb(address: string): 'down' | 'refuse' | 'drop' | undefined;
}

export function createFaultSwitch(): FaultSwitch {
  let down = false;
  let drop = false;
  let refuse = new Map<string, number | true>();

  return {
    faults: () => ({ refuse: Object.fromEntries(refuse), down, drop }),
    set(chosen) {
      down = chosen.down ?? false;
      drop = chosen.drop ?? false;
      refuse = new Map(Object.entries(chosen.refuse ?? {}).map(([address, count]) => [address.toLowerCase(), count]));
    },
    disturb(address) {
      if (down) return 'down';
      const named = [address.toLowerCase(), '*'].find((each) => refuse.has(each));
      if (named === undefined) return drop ? 'drop' : undefined;
      const count = refuse.get(named) ?? true;
      if (count === 1) refuse.delete(named);
      else if (count !== true) refuse.set(named, count - 1);
      return 'refuse';
    },
  };
}
