import { phoneAccounts } from '../../bench/contestants/contestant.ts';
import type { NumberedFact } from '../../src/core/facts.ts';
import type { Call } from '../../src/core/state.ts';
import { whyOf } from '../../src/lib/why.ts';
import { waitUntil } from '../lab/deadline.ts';
import { readRows } from '../lab/live-rows.ts';
import type { Voice } from '../lab/voices.ts';
import { expectWholeLedger } from '../lab/whole-ledger.ts';
import { type Hall, openHall } from './hall.ts';
import { expectEmpty } from './ledger.ts';
import { endsOf, type Outcome } from './outcome.ts';

/** Who is there at the kill: the second sentence of the contract has 200 who talk and 300 who wait. */
export type Crowd = { readonly talking: number; readonly waiting: number };

/** So many talks are ended by their agents while the daemon is dead: they are the free ones afterwards. */
const freed = 5;
/** So many of those who wait have ears: music for all 300 would be a load of its own. */
const listening = 10;
const callsPerSecond = 40;

/** The fault's name in the table. */
export const crowdName = ({ talking, waiting }: Crowd): string =>
  `daemon: kill -9 with ${talking} who talk and ${waiting} who wait`;

/**
 * `kill -9` of the daemon under so many calls, and a start at once. All keep what they had: talks their media both ways, waiting
 * callers their place and time of entry; who is free is offered to those who came first. Never rejects.
 */
export async function runFiveHundred(crowd: Crowd): Promise<Outcome> {
  const seen = { talk: '', ring: '', wait: '', note: '', ends: '', repairs: 0 };
  let hall: Hall | null = null;
  let failure: string | null = null;
  try {
    const numbers = callerNumbers(crowd);
    const ears = [...numbers.waiting.slice(0, freed), ...numbers.waiting.slice(-listening)];
    const voiced = new Set([...numbers.talking, ...ears]);
    hall = await openHall({ agents: crowd.talking, voiced: (user) => voiced.has(user) || isPhone(user) });
    const before = await fill(hall, crowd, numbers);
    await hall.lab.kill9();
    for (const { user } of phoneAccounts(freed)) hall.hangUpPhone(user);
    await hall.lab.serve();
    seen.note = await offeredAgain(hall, before);
    await everyTalkIsHeard(hall, crowd.talking);
    seen.talk = 'heard both ways';
    seen.wait = await keptTheirPlaces(hall, before);
    hall.hangUpCallers();
    await expectEmpty(hall);
    expectWholeLedger(hall.lab.home);
    const facts = hall.lab.facts();
    seen.repairs = facts.filter(({ type }) => type === 'repaired').length;
    if (seen.repairs > 0) throw new Error('a kill needs no repair by the periodic survey');
    seen.ends = endsOf(facts);
  } catch (error) {
    failure = `${whyOf(error)}\n${hall?.lab.output().slice(-3_000) ?? ''}`;
  }
  await hall?.stop();
  return { fault: crowdName(crowd), ...seen, failure };
}

type Before = { readonly mark: number; readonly waiting: readonly Call[] };

/** Lets them come; resolves when everybody is where they should be and every talk carries media. */
async function fill(hall: Hall, crowd: Crowd, numbers: ReturnType<typeof callerNumbers>): Promise<Before> {
  const { lab } = hall;
  await hall.dial(numbers.talking, callsPerSecond);
  await waitUntil(() => count(lab.facts(), 'call-connected') === crowd.talking, 'everybody to talk', 60_000);
  await hall.dial(numbers.waiting, callsPerSecond);
  await waitUntil(() => waitingIn(hall).length === crowd.waiting, 'everybody else to wait', 60_000);
  await everyTalkIsHeard(hall, crowd.talking);
  await musicIsHeard(hall, numbers.waiting.slice(-listening));
  const mark = lab.facts().at(-1)?.seq ?? 0;
  return { mark, waiting: waitingIn(hall) };
}

/** The first of those who waited have the agents who became free, with the times of entry that they had. */
async function offeredAgain({ lab }: Hall, { mark, waiting }: Before): Promise<string> {
  const since = () => lab.facts().filter(({ seq }) => seq > mark);
  await waitUntil(() => count(since(), 'call-connected') >= freed, 'the first of those who wait to be served', 60_000);
  const facts = since();
  const first = waiting.slice(0, freed).map(({ id }) => id);
  const served = facts.flatMap((fact) => (fact.type === 'call-connected' ? [fact] : []));
  const strangers = served.filter(({ call }) => !first.includes(call)).map(({ call }) => call);
  if (strangers.length > 0) throw new Error(`served before the first ones: ${strangers.join(', ')}`);
  for (const { call, at, waitedMs } of served) {
    const enteredAt = waiting.find(({ id }) => id === call)?.enteredAt;
    if (at - waitedMs !== enteredAt) throw new Error(`${call} entered at ${enteredAt}, and now at ${at - waitedMs}`);
  }
  const connectedAt = facts.find(({ type }) => type === 'pbx-connected')?.at ?? Number.NaN;
  const readyAt = facts.find(({ type }) => type === 'pbx-ready')?.at ?? Number.NaN;
  const offeredAt = facts.find(({ type }) => type === 'offer-made')?.at ?? Number.NaN;
  return `the first offer ${offeredAt - connectedAt} ms after ARI was connected, ${readyAt - connectedAt} of them to see what is`;
}

async function keptTheirPlaces(hall: Hall, { waiting }: Before): Promise<string> {
  const shown = (calls: readonly Call[]) => JSON.stringify(calls.map(({ id, enteredAt, due }) => [id, enteredAt, due]));
  const now = waitingIn(hall);
  const then = waiting.slice(freed);
  if (shown(now) !== shown(then)) throw new Error(`waiting were ${shown(then)}, and are ${shown(now)}`);
  await musicIsHeard(hall, numbersOf(hall).slice(-listening));
  return 'in their places';
}

/** Each of the pairs hears the other, now. */
async function everyTalkIsHeard(hall: Hall, talks: number): Promise<void> {
  const pairs = pairsOf(hall);
  if (pairs.length !== talks) throw new Error(`${pairs.length} pairs talk, not ${talks}`);
  const had = pairs.map(([one, other]) => [one.heardFrom(other), other.heardFrom(one)] as const);
  const deaf = () =>
    pairs.filter(([one, other], place) => {
      const [oneHad = 0, otherHad = 0] = had[place] ?? [];
      return one.heardFrom(other) < oneHad + enough || other.heardFrom(one) < otherHad + enough;
    });
  await waitUntil(() => deaf().length === 0, 'media in every talk', 30_000).catch((error: Error) => {
    throw new Error(`${error.message}; without it: ${deaf().map(([one, other]) => `${one.name}-${other.name}`)}`);
  });
}

const enough = 3;

async function musicIsHeard({ voices }: Hall, numbers: readonly string[]): Promise<void> {
  const had = numbers.map((number) => voices.of(number)?.heard ?? 0);
  const isHeard = () => numbers.every((number, place) => (voices.of(number)?.heard ?? 0) > (had[place] ?? 0) + enough);
  await waitUntil(isHeard, 'music for those who wait and have ears', 30_000);
}

/** The voices of each caller and the phone that took their call, while both are there. */
function pairsOf({ events, voices }: Hall): [Voice, Voice][] {
  const phoneOf = new Map<string, string>();
  for (const { what, caller, phone } of events) {
    if (what === 'phone-answered') phoneOf.set(caller, phone);
    if (what === 'phone-hung-up' || what === 'phone-was-hung-up') phoneOf.delete(caller);
  }
  return [...phoneOf].flatMap(([caller, phone]): [Voice, Voice][] => {
    const [one, other] = [voices.of(caller), voices.of(phone)];
    return one && other ? [[one, other]] : [];
  });
}

/** In the order of waiting. */
function waitingIn({ lab }: Hall): Call[] {
  return readRows<Call>(lab.home, 'SELECT body FROM calls')
    .filter(({ phase }) => phase === 'waiting')
    .sort((a, b) => a.due - b.due || (a.id < b.id ? -1 : 1));
}

function numbersOf({ events }: Hall): string[] {
  return events.flatMap(({ what, caller }) => (what === 'caller-invited' ? [caller] : []));
}

function callerNumbers({ talking, waiting }: Crowd): { talking: string[]; waiting: string[] } {
  const all = Array.from({ length: talking + waiting }, (_, nth) => `77${String(nth).padStart(8, '0')}`);
  return { talking: all.slice(0, talking), waiting: all.slice(talking) };
}

function isPhone(user: string): boolean {
  return !user.startsWith('77');
}

function count(facts: readonly NumberedFact[], type: NumberedFact['type']): number {
  return facts.filter((fact) => fact.type === type).length;
}
