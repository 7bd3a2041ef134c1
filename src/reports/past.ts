import { whyOf } from '../lib/why.ts';
import type { PastAnswer, PastAsk, PastMoment, PastProgress } from '../protocol/why.ts';
import { openJournal } from '../storage/past/journal.ts';
import { type Moment, recall } from '../storage/past/recall.ts';
import { answerWhy } from './why.ts';

/**
 * Answers from the past: goes from the checkpoint before it to each moment that is asked for. It takes up to seconds of a
 * thread that is better not the front's. What can no longer be told is said in `failure`.
 */
export function askPast(
  liveDb: string,
  checkpoints: string,
  { ask, at, facts }: PastAsk,
  pass: (progress: PastProgress) => void = () => {},
): PastAnswer {
  const journal = openJournal(liveDb);
  const moments: PastMoment[] = [];
  let failure: string | null = null;
  try {
    const wanted = new Map<number, number[]>();
    for (const fact of facts) {
      const step = journal.stepOfFact(fact);
      if (step === null) failure = 'The journal no longer has all of it.';
      else wanted.set(step.seq, [...(wanted.get(step.seq) ?? []), fact]);
    }
    const then = at === null ? null : journal.lastUntil(at);
    if (at !== null && then === null) {
      const first = journal.bounds()?.first;
      const from = first === undefined ? 'is empty' : `is kept from ${new Date(first.at).toISOString()} on`;
      return { moments, failure: `The journal ${from}: ask for a later time.` };
    }
    const steps = [...new Set([...wanted.keys(), ...(then === null ? [] : [then.seq])])].sort((a, b) => a - b);
    const look = (moment: Moment): void => {
      const { exact, world } = moment;
      const tell = (fact: number | null, now: number): void => {
        moments.push({ at: now, fact, exact, answer: structuredClone(answerWhy(world, ask, now)) });
      };
      for (const fact of wanted.get(moment.seq) ?? []) tell(fact, moment.at);
      if (at !== null && then?.seq === moment.seq) tell(null, at);
    };
    recall(journal, checkpoints, steps, look, undefined, pass);
    return { moments, failure };
  } catch (error) {
    return { moments, failure: whyOf(error) };
  } finally {
    journal.close();
  }
}
