/** What can go wrong between us and Asterisk, in cases of a thousand. A mutable plan: change it while the simulation runs. */
export type Faults = {
  /** An event (and with it its whole stream) comes late, by up to `lateMs`. */
  late: number;
  lateMs: number;
  /** An event comes once more than it should, or not at all. */
  doubled: number;
  lost: number;
  /** A request is refused without being carried out. */
  refused: number;
  /** A request is never heard of again: half of them were carried out. */
  silent: number;
};

/** Nothing goes wrong. */
export function noFaults(): Faults {
  return { late: 0, lateMs: 0, doubled: 0, lost: 0, refused: 0, silent: 0 };
}
