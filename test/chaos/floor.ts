import type { IncomingCall } from '../../src/phones/incoming-call.ts';
import type { OutgoingCall } from '../../src/phones/outgoing-call.ts';
import type { Member, Team } from '../lab/cordboard.ts';
import { waitUntil } from '../lab/deadline.ts';
import { during } from './fault.ts';
import type { Stage } from './stage.ts';

/** Who is there when the fault strikes: one pair talks, one phone rings, one caller waits. */
export type Floor = {
  /** The number of the last fact before anybody came. */
  readonly mark: number;
  readonly talk: {
    readonly call: string;
    readonly caller: OutgoingCall;
    readonly callerUser: string;
    readonly agent: IncomingCall;
    readonly agentUser: string;
  };
  readonly ring: { readonly call: string; readonly caller: OutgoingCall; readonly phone: IncomingCall };
  readonly wait: {
    readonly call: string;
    readonly caller: OutgoingCall;
    readonly callerUser: string;
    readonly enteredAt: number;
  };
};

/** Lets three callers come, one after the other, until each is where they should be. */
export async function arrange(stage: Stage): Promise<Floor> {
  const { lab, sales, slow, resting } = stage;
  const mark = lab.facts().at(-1)?.seq ?? 0;
  const talking = await dial(stage, 0, sales);
  const connected = await lab.fact('call-connected', {}, mark);
  const ringing = await dial(stage, 1, slow);
  const rang = await lab.fact('offer-rang', { agent: first(slow).name }, mark);
  const waiting = await dial(stage, 2, resting);
  const queued = await lab.fact('call-queued', { queue: resting.group }, mark);
  const isTalking = (call: IncomingCall) => call.state === 'answered';
  const member = await waitUntil(() => sales.agents.find((one) => incoming(one).some(isTalking)), 'the agent to talk');
  const agent = incoming(member).find(isTalking);
  await waitUntil(() => talking.state === 'answered', 'the caller to be answered');
  const phone = first(slow).phone.calls.at(-1);
  if (phone?.direction !== 'in' || !agent) throw new Error('the phone that should ring has no call');
  const [callerUser = '', , waiterUser = ''] = stage.callers.map(({ user }) => user);
  const floor: Floor = {
    mark,
    talk: { call: connected.call, caller: talking, callerUser, agent, agentUser: member.phone.user },
    ring: { call: rang.call, caller: ringing, phone },
    wait: { call: queued.call, caller: waiting, callerUser: waiterUser, enteredAt: queued.at },
  };
  // Else what is found afterwards would say nothing.
  await bothAreHeard(stage, floor);
  await musicIsHeard(stage, floor);
  return floor;
}

/** So many packets of the other one, each sent after the question. */
const enoughPackets = 5;

/** The two who talk hear each other: now, not some time ago. Rejects with what each of them heard. */
export async function bothAreHeard({ voices }: Stage, { talk }: Pick<Floor, 'talk'>): Promise<void> {
  const caller = voices.of(talk.callerUser);
  const agent = voices.of(talk.agentUser);
  if (!caller || !agent) throw new Error(`no voice of ${caller ? talk.agentUser : talk.callerUser}`);
  const heard = () => [caller.heardFrom(agent), agent.heardFrom(caller)] as const;
  const [callerHad, agentHad] = heard();
  const isHeard = () => {
    const [callerHas, agentHas] = heard();
    return callerHas >= callerHad + enoughPackets && agentHas >= agentHad + enoughPackets;
  };
  await waitUntil(isHeard, 'media in both directions').catch((error: Error) => {
    const [callerHas, agentHas] = heard();
    const counts = `the caller heard ${callerHas - callerHad}, the agent ${agentHas - agentHad} packets of the other`;
    throw new Error(`${error.message}: ${counts}`);
  });
}

/** Who waits hears something: music. */
export async function musicIsHeard({ voices }: Stage, { wait }: Pick<Floor, 'wait'>): Promise<void> {
  const voice = voices.of(wait.callerUser);
  if (!voice) throw new Error(`no voice of ${wait.callerUser}`);
  const had = voice.heard;
  await waitUntil(() => voice.heard >= had + enoughPackets, 'music for the one who waits');
}

/** The caller of this place dials the team's number. */
export async function dial(stage: Stage, place: number, team: Team): Promise<OutgoingCall> {
  const phone = stage.callers[place];
  if (phone === undefined) throw new Error(`there is no caller ${place}`);
  return phone.dial(team.extension);
}

export function first(team: Team): Member {
  const [member] = team.agents;
  if (member === undefined) throw new Error(`${team.group} has no agent`);
  return member;
}

/** Who waits was answered long ago, and heard music: served they are when the member whom the fallback rings has answered. */
export async function fallbackServes({ resting }: Stage): Promise<void> {
  const isServed = () => incoming(first(resting)).some((call) => call.state === 'answered');
  await waitUntil(isServed, 'the fallback to serve who waits', 60_000);
}

/** The calls that came in to a member's phone. */
export function incoming(member: Member): IncomingCall[] {
  return member.phone.calls.flatMap((call) => (call.direction === 'in' ? [call] : []));
}

/** What became of a number of callers who came together. */
export type CrowdResult = { readonly answered: number; readonly turnedAway: number };

/** The places of the callers who make up the crowd: the others are on the floor. */
const crowdPlaces = [3, 4, 5, 6, 7];

/**
 * Callers come one upon the other, are answered, and hang up: `rounds` times five of them. `isOver` ends it early. Who is
 * refused or cut off is counted, who is neither within a minute and a half is an error.
 */
export async function crowd(stage: Stage, rounds: number, isOver: () => boolean = () => false): Promise<CrowdResult> {
  const counts = { answered: 0, turnedAway: 0 };
  await Promise.all(
    crowdPlaces.map(async (place) => {
      for (let round = 0; round < rounds && !isOver(); round += 1) {
        const call = await dial(stage, place, stage.crowd).catch(() => null);
        if (call === null) {
          counts.turnedAway += 1;
          continue;
        }
        await waitUntil(
          () => call.state === 'answered' || call.state === 'ended',
          `caller ${place} to be served`,
          90_000,
        );
        counts[call.state === 'answered' ? 'answered' : 'turnedAway'] += 1;
        // A caller hears the answer before the two are joined: who hangs up in that moment has not talked.
        await during(300);
        call.hangUp();
        await waitUntil(() => call.state === 'ended', `caller ${place} to be gone`, 30_000);
      }
    }),
  );
  return counts;
}
