import { isElsewhere } from '../agent-index.ts';
import type { PhoneId, UserId, UserSettings } from '../settings.ts';
import type { Agent, CallId, WorkKind } from '../state.ts';
import type { ReachableWhy, Station, StationBar } from '../station.ts';
import { changedAgent, changedPhone, type Turn, tell } from '../turn.ts';
import { account, keepRank, rankAnew } from './ledger.ts';
import { startLimit } from './readiness.ts';

/** Changes what the agent is doing; `until` is when it ends by itself, null when it does not. */
export function setWork(turn: Turn, agent: Agent, is: WorkKind, until: number | null, call: CallId | null): void {
  const same = agent.work.is === is && agent.work.until === until && agent.work.call === call;
  if (same) return changedAgent(turn, agent);
  account(turn, agent);
  // Idle begins with the end of the rest after a talk, not with the end of the talk.
  if (agent.work.is === 'wrap-up') rankAnew(turn, agent);
  agent.work = { is, since: turn.now, until, call, extended: false };
  startLimit(turn, agent);
  changedAgent(turn, agent);
  tell(turn, { type: 'agent-work', agent: agent.id, work: is, until, call });
}

/** How long an agent and a slot of the call wait for the last event of an offer that was ended. */
export const releaseMs = 2_000;

/**
 * Nothing more to do for us: idle, unless another call of theirs goes on or a wrap-up of theirs was broken off. Who picked another
 * call up may have an offer of before that still ends: the next one waits for it as ever.
 */
export function goIdle(turn: Turn, agent: Agent): void {
  const { cutShort } = agent;
  agent.cutShort = null;
  if (cutShort !== null && cutShort.until > turn.now) {
    setWork(turn, agent, 'wrap-up', cutShort.until, agent.work.call);
    agent.work.extended = cutShort.extended;
    return changedAgent(turn, agent);
  }
  const mine = turn.world.index.agents.get(agent.id);
  for (const id of mine?.ending ?? []) {
    const { call } = turn.world.state.offers.get(id) ?? {};
    if (call !== undefined) return setWork(turn, agent, 'releasing', turn.now + releaseMs, call);
  }
  const elsewhere = isElsewhere(mine);
  setWork(turn, agent, elsewhere ? 'busy-elsewhere' : 'idle', null, null);
}

/** Rest after an offer that failed. */
export function backOff(turn: Turn, agent: Agent, restMs: number): void {
  setWork(turn, agent, 'backing-off', turn.now + restMs, agent.work.call);
}

/** A leg outside of any offer began or ended at one of the user's phones. */
export function elsewhereChanged(turn: Turn, user: UserId | undefined): void {
  const agent = user === undefined ? undefined : turn.world.state.agents.get(user);
  if (!agent) return;
  if (agent.work.is === 'idle' || agent.work.is === 'busy-elsewhere') goIdle(turn, agent);
  else changedAgent(turn, agent);
}

/** The call is counted as given today: what `fewest-calls` compares. */
export function countGiven(turn: Turn, agent: Agent): void {
  const today = turn.world.state.meta.day;
  if (agent.given.day !== today) agent.given = { day: today, count: 0 };
  agent.given.count += 1;
  changedAgent(turn, agent);
}

/** An agent is reachable while one of their phones is registered and not suspect. */
export function updateReachable(turn: Turn, user: UserId, why: ReachableWhy): void {
  const { state } = turn.world;
  const agent = state.agents.get(user);
  if (!agent) return;
  const is = agent.station.kind === 'number' ? agent.barred === null : reachablePhones(turn, user).length > 0;
  if (agent.reachable.is === is) return;
  account(turn, agent);
  agent.reachable = { is, since: turn.now };
  keepRank(turn, agent);
  changedAgent(turn, agent);
  tell(turn, {
    type: 'agent-reachable',
    agent: user,
    reachable: is,
    why: !is && why === 'registered' ? 'unregistered' : why,
  });
}

/** The phones of a user that can be rung now: those of their station. */
export function reachablePhones(turn: Turn, user: UserId): PhoneId[] {
  const { state } = turn.world;
  const settings = state.users.get(user);
  if (settings === undefined) return [];
  const station = state.agents.get(user)?.station;
  const phones = station === undefined ? settings.phones : phonesAt(settings, station);
  return phones.filter((id) => {
    const phone = state.phones.get(id);
    return phone?.registered === true && phone.suspectUntil === null;
  });
}

/** Which of the user's phones ring at this station, registered or not. */
export function phonesAt({ phones, browserPhones = [] }: UserSettings, station: Station): readonly PhoneId[] {
  switch (station.kind) {
    case 'any':
      return phones;
    case 'own':
      return phones.filter((id) => !browserPhones.includes(id));
    case 'browser':
      return phones.filter((id) => browserPhones.includes(id));
    case 'number':
      return [];
  }
}

/** No phone of theirs showed a sign of life: the contacts are suspect until news comes, or for a while. */
export function suspectPhones(turn: Turn, agent: Agent): void {
  const { state } = turn.world;
  if (agent.station.kind === 'number') return barStation(turn, agent, 'unreachable');
  for (const id of reachablePhones(turn, agent.id)) {
    const phone = state.phones.get(id);
    if (!phone) continue;
    phone.suspectUntil = turn.now + state.meta.limits.suspectMs;
    changedPhone(turn, phone);
  }
  updateReachable(turn, agent.id, 'suspect');
}

/** The number at which the agent takes calls is left alone for a while; they are not reachable, and not to blame for it. */
export function barStation(turn: Turn, agent: Agent, why: StationBar): void {
  const until = turn.now + turn.world.state.meta.limits.suspectMs;
  agent.barred = { why, until };
  changedAgent(turn, agent);
  tell(turn, { type: 'station-barred', agent: agent.id, why, until });
  updateReachable(turn, agent.id, 'barred');
}

/** The number is worth another try. */
export function unbarStation(turn: Turn, agent: Agent, why: 'bar-over' | 'station'): void {
  agent.barred = null;
  changedAgent(turn, agent);
  updateReachable(turn, agent.id, why);
}
