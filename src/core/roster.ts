import { type Availability, availabilities, placeOf } from './routing/availability.ts';

/** Where nothing is known of an agent. */
const nobody = 255;

/**
 * Why each agent can take no call, in columns: a byte for the word, a number for the time that goes with it. A whole team is
 * read there without touching any of its members, who lie anywhere in memory.
 */
export class Roster {
  private words = new Uint8Array(64);
  private times = new Float64Array(64);
  private agents = 0;

  /** The number of one agent more, of whom nothing is known yet. */
  add(): number {
    const number = this.agents;
    this.agents += 1;
    if (number === this.words.length) {
      const { words, times } = this;
      this.words = new Uint8Array(number * 2);
      this.times = new Float64Array(number * 2);
      this.words.set(words);
      this.times.set(times);
    }
    this.words[number] = nobody;
    return number;
  }

  /** Notes the word of an agent (null for a user who is none), and the time that goes with it. */
  note(agent: number, word: Availability | null, at: number): void {
    this.words[agent] = word === null ? nobody : placeOf[word];
    this.times[agent] = at;
  }

  /** The agent's word; null for a user who is no agent. */
  wordOf(agent: number): Availability | null {
    return availabilities[this.words[agent] ?? nobody] ?? null;
  }

  /** The time that goes with it. */
  timeOf(agent: number): number {
    return this.times[agent] ?? 0;
  }

  /** How many of a team there are of each word, at the word's place in `availabilities`. */
  tallyOf(team: readonly number[]): number[] {
    const tally = availabilities.map(() => 0);
    for (const agent of team) {
      const place = this.words[agent] ?? nobody;
      if (place !== nobody) tally[place] = (tally[place] ?? 0) + 1;
    }
    return tally;
  }
}
