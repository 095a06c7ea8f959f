import Type, { type Static } from 'typebox';

const strict = { additionalProperties: false };
const times = Type.Union([Type.Integer({ minimum: 1, maximum: 1_000_000 }), Type.Literal(true)]);
/** What PUT and GET `/faults` take and answer. */
export const faultsSchema = Type.Object(
  {
    /** Whom to answer 451, and how often; `*` is everybody. */
    refuse: Type.Optional(Type.Record(Type.String({ pattern: '^(\\*|[^\\s@]+@[^\\s@]+)$' }), times, strict)),
    /** As by a mail server that is gone. */
    down: Type.Optional(Type.Boolean()),
    /** Takes the mail, and the connection ends before it says so. */
    drop: Type.Optional(Type.Boolean()),
  },
  { ...strict, description: 'faults are { refuse?: { address or *: times or true }, down?, drop? }' },
);
export type Faults = Static<typeof faultsSchema>;

/** Faults of the local mailbox, switched while it runs and forgotten when it stops. */
export interface FaultSwitch {
  /** What is left of them. */
  faults(): Faults;
  /** Replaces all: what is left out is switched off. */
  set(faults: Faults): void;
  /** What is to befall a mail to this address; one refusal counts as used. */
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
