/** What can go wrong between us and Asterisk, in cases of a thousand. A mutable plan: change it while the simulation runs. */
export type Faults = {
  /** An event (and with it its whole stream) comes late, by up to `lateMs`. */
  late: number;
  lateMs: number;
  /** An event comes once more than it should, or not at all. */
  doubled: number;
  lost: number;
  /** An event overtakes those of its own stream that are on their way. Asterisk never does this; a bug of ours might. */
  reordered: number;
  /** A request is refused without being carried out. */
  refused: number;
  /** A request is never heard of again: half of them were carried out. */
  silent: number;
  /** A `continue` is refused, or never heard of again, and was not carried out: the caller stays where they are. */
  stays: number;
  /** News of a phone's registration comes late, by up to `lateMs`, or not at all. */
  newsLate: number;
  newsLost: number;
};

/** Nothing goes wrong. */
export function noFaults(): Faults {
  const events = { late: 0, lateMs: 0, doubled: 0, lost: 0, reordered: 0 };
  return { ...events, refused: 0, silent: 0, stays: 0, newsLate: 0, newsLost: 0 };
}

/** What goes wrong all the time on a poor network. */
export const poorFaults: Faults = {
  late: 20,
  lateMs: 1_500,
  doubled: 20,
  lost: 4,
  reordered: 8,
  refused: 4,
  silent: 4,
  stays: 100,
  newsLate: 100,
  newsLost: 50,
};
