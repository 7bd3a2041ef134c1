import { decodeMessage } from '../../src/asterisk/ari/message.ts';
import { seenLeg, seenRoom, translate } from '../../src/asterisk/translate.ts';
import { createDice, type Dice } from '../../src/simulation/dice.ts';
import { checkRows } from '../../src/simulation/invariants.ts';
import { Ledger } from '../../src/simulation/ledger.ts';
import { createRig, type Rig } from '../../src/simulation/rig.ts';
import { createWorkload } from '../../src/simulation/workload.ts';
import { noise, text } from './noise.ts';

/** What a run came to. */
export type FuzzResult = {
  readonly seed: number;
  readonly events: number;
  /** How many were believed. */
  readonly believed: number;
  readonly calls: number;
  readonly repairs: number;
};

/** A caller waits a minute and a half at most, then a talk, a rest, a few surveys. */
const emptyMs = 300_000;

/**
 * Working people on the simulated Asterisk, and beside its true events `count` others: malformed, unknown, out of order,
 * about things that are not there, huge, with control characters. Everything goes the way of a frame of the socket. When the
 * noise is over, nothing may be left: no call, no leg, no agent that is not at rest. Throws with the seed otherwise.
 */
export function fuzzAri(seed: number, count: number): FuzzResult {
  const dice = createDice(seed);
  const rig = createRig({ seed: dice.roll(1 << 30), limits: { confirmMs: 1_000 } });
  const workload = createWorkload(rig, dice.split(), 'fair');
  const ledger = new Ledger();
  let believed = 0;
  let last = '';
  rig.onBatch = (batch) => {
    for (const step of batch.steps) for (const fact of step.facts) ledger.note(fact);
    const world = rig.world();
    if (world !== null) checkRows(world);
  };
  try {
    workload.start();
    for (let done = 0; done < count; done += 1) {
      last = frame(dice, rig);
      believed += tell(rig, last) ? 1 : 0;
      if (dice.happens(5)) survey(dice, rig);
      rig.run(dice.roll(dice.happens(50) ? 2_000 : 20));
    }
    workload.calm();
    workload.close();
    rig.run(emptyMs);
    expectEmpty(rig);
    ledger.expectAllEnded();
  } catch (error) {
    const why = error instanceof Error ? (error.cause instanceof Error ? error.cause.stack : error.stack) : error;
    throw new Error(`fuzz seed ${seed}: ${why}\nthe last frame was ${last.slice(0, 500)}`, { cause: error });
  }
  const counts = ledger.counts;
  return {
    seed,
    events: count,
    believed,
    calls: counts.get('call-arrived') ?? 0,
    repairs: counts.get('repaired') ?? 0,
  };
}

/** The way of a frame: decoded, translated, posted. Whether it said anything. */
function tell(rig: Rig, frameText: string): boolean {
  const message = decodeMessage(frameText);
  if (message?.kind !== 'event') return false;
  const said = translate(message.event);
  if (said !== null) rig.post(said.event);
  return said !== null;
}

/** Half of the frames are plausible but untrue, the others are broken in one way or another. */
function frame(dice: Dice, rig: Rig): string {
  const chance = dice.roll(100);
  if (chance < 50) return JSON.stringify(plausible(dice, rig));
  if (chance < 75) return JSON.stringify(broken(dice, plausible(dice, rig)));
  if (chance < 85) return JSON.stringify({ type: text(dice), channel: noise(dice), value: noise(dice) });
  if (chance < 92) return JSON.stringify(noise(dice)) ?? '';
  const whole = JSON.stringify(plausible(dice, rig));
  return whole.slice(0, dice.roll(whole.length)) + dice.pick(['', '}', '\u0000', '{']);
}

type Json = { [key: string]: unknown };

/** An event as Asterisk would write it, about something that lives, has gone, or never was. */
function plausible(dice: Dice, rig: Rig): Json {
  const id = legOf(dice, rig);
  const state = dice.pick(['Down', 'Ring', 'Ringing', 'Up', 'Busy']);
  const channel = {
    id,
    name: `PJSIP/${dice.pick(['1001', '1002', 'trunk'])}-0000000a`,
    state,
    caller: { number: '1', name: 'x' },
  };
  switch (dice.roll(7)) {
    case 0:
      return { type: 'StasisStart', channel, args: [dice.pick(['8001', '8002', '1001', '999', ''])] };
    case 1:
      return { type: 'StasisEnd', channel };
    case 2:
      return { type: 'ChannelStateChange', channel };
    case 3:
      return {
        type: 'Dial',
        peer: channel,
        dialstatus: dice.pick(['', 'RINGING', 'PROGRESS', 'ANSWER', 'BUSY', 'CANCEL']),
      };
    case 4:
      return { type: 'ChannelDestroyed', channel, cause: dice.pick([0, 16, 17, 19, 21, 26, 127]), tech_cause: 486 };
    case 5:
      return { type: 'ChannelHangupRequest', channel, cause: 16 };
    default:
      return { type: dice.pick(['ChannelVarset', 'PlaybackFinished', 'BridgeDestroyed', 'SomethingNew']), channel };
  }
}

function legOf(dice: Dice, rig: Rig): string {
  const legs = [...(rig.world()?.state.legs.keys() ?? [])];
  if (legs.length > 0 && dice.happens(600)) return dice.pick(legs);
  return dice.pick(['cb-e1-l1', 'cb-e1-l7', 'cb-e9-l1', 'ghost.1', `ghost.${dice.roll(50)}`, text(dice)]);
}

/** One of its values, at any depth, is something else, or is missing. */
function broken(dice: Dice, event: Json): Json {
  const keys = Object.keys(event);
  const key = dice.pick(keys);
  const value = event[key];
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && dice.happens(600)) {
    return { ...event, [key]: broken(dice, value as Json) };
  }
  if (dice.happens(200)) return Object.fromEntries(Object.entries(event).filter(([name]) => name !== key));
  return { ...event, [key]: noise(dice) };
}

/** A survey among whose channels and bridges there is nonsense. */
function survey(dice: Dice, rig: Rig): void {
  const { channels, bridges } = rig.asterisk.look();
  const legs = [
    ...Array.from({ length: 3 }, () => noise(dice)),
    ...[...channels.keys()].map((id) => ({ id, state: 'Up' })),
  ];
  const rooms = [...Array.from({ length: 3 }, () => noise(dice)), ...[...bridges.keys()].map((id) => ({ id }))];
  const asked = rig.world()?.state.meta.askedAt ?? 0;
  rig.post({
    type: 'surveyed',
    full: dice.happens(100),
    askedAt: asked,
    pbxStarted: '',
    legs: legs.flatMap((channel) => seenLeg(channel, 'cordboard') ?? []),
    rooms: rooms.flatMap((bridge) => seenRoom(bridge) ?? []),
  });
}

function expectEmpty(rig: Rig): void {
  const { calls, legs, offers, agents } = rig.world()?.state ?? {};
  const left = [
    ...[...(calls?.values() ?? [])].map((call) => `call ${JSON.stringify(call)}`),
    ...[...(legs?.values() ?? [])].map((leg) => `leg ${JSON.stringify(leg)}`),
    ...[...(offers?.keys() ?? [])].map((id) => `offer ${id}`),
    ...[...(agents?.values() ?? [])]
      .filter((one) => one.work.is !== 'idle')
      .map((one) => `agent ${one.id} ${one.work.is}`),
    ...rig.asterisk.channels().map((id) => `channel ${id}`),
    ...rig.asterisk.bridges().map((id) => `bridge ${id}`),
  ];
  if (left.length > 0) throw new Error(`left when all is over: ${left.join('; ')}`);
}
