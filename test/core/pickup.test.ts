import { expect, test } from 'vitest';
import type { Agent, Call } from '../../src/core/state.ts';
import { type Driver, group, running } from './driver.ts';
import { arrive, lastLeg } from './situations.ts';

// An agent who dials the pickup code takes the call as if it had been offered to them, unless they have one in hand.

function agent(driver: Driver, id: string): Agent {
  const row = driver.world.state.agents.get(id);
  if (row === undefined) throw new Error(`no agent ${id}`);
  return row;
}

function callOf(driver: Driver, caller: string): Call {
  const found = [...driver.world.state.calls.values()].find((call) => call.caller === caller);
  if (found === undefined) throw new Error(`no call of ${caller}`);
  return found;
}

function ring(driver: Driver): string {
  const leg = lastLeg(driver);
  driver.step({ type: 'leg-created', leg });
  driver.step({ type: 'leg-rang', leg, evidence: 'ringing' });
  return leg;
}

function join(driver: Driver, caller: string): void {
  const { id, partner } = callOf(driver, caller);
  driver.step({ type: 'joined', call: id, legs: [caller, partner?.leg ?? ''] });
}

const end = (driver: Driver, leg: string): unknown => driver.step({ type: 'leg-gone', leg, cause: 16, sip: 0 });

/** `x` rings at Dan's and `y` at Ann's, who takes `x` by the code. */
function annTakesX(): { driver: Driver; annsLeg: string } {
  const driver = running(['dan']);
  ring(arrive(driver, '8003', 'x'));
  driver.step({ type: 'intent', intent: 's', ask: { do: 'sign-in', user: 'ann', ready: true } });
  const annsLeg = ring(arrive(driver, '8001', 'y'));
  expect(agent(driver, 'ann').work).toMatchObject({ is: 'offered', call: callOf(driver, 'y').id });
  driver.now += 2_000;
  arrive(driver, '*81004', 'picker', '1001');
  return { driver, annsLeg };
}

test('given_an_agent_who_is_offered_a_call_when_they_pick_up_another_then_theirs_is_taken_back_with_no_miss', () => {
  const { driver, annsLeg } = annTakesX();
  expect(driver.commands).toContainEqual({ do: 'hang-up', leg: annsLeg, cause: 'normal' });
  end(driver, annsLeg);
  expect(driver.facts.filter((fact) => fact.type === 'offer-ended')).toContainEqual(
    expect.objectContaining({ agent: 'ann', outcome: 'rescinded', why: 'took-another' }),
  );
  join(driver, 'x');
  driver.pass(60_000);
  expect(driver.facts.filter((fact) => fact.type === 'agent-missed' || fact.type === 'agent-held')).toEqual([]);
  expect(agent(driver, 'ann').work).toMatchObject({ is: 'talking', call: callOf(driver, 'x').id });
});

test.each(['before', 'after'])(
  'given_an_agent_who_picked_up_another_call_when_their_ringing_ends_%s_the_talk_then_they_have_its_wrap_up',
  (when) => {
    const { driver, annsLeg } = annTakesX();
    if (when === 'before') end(driver, annsLeg);
    join(driver, 'x');
    end(driver, 'x');
    expect(agent(driver, 'ann').work).toMatchObject({ is: 'wrap-up', until: driver.now + 8_000 });
    if (when === 'after') end(driver, annsLeg);
    expect(agent(driver, 'ann').work.is).toBe('wrap-up');
  },
);

test('given_a_call_that_rings_at_several_when_one_of_them_picks_it_up_then_they_have_its_wrap_up', () => {
  const driver = running(['ann', 'ben']);
  arrive(driver, '8002', 'x');
  const legs = driver.legs();
  for (const leg of legs) {
    driver.step({ type: 'leg-created', leg });
    driver.step({ type: 'leg-rang', leg, evidence: 'ringing' });
  }
  arrive(driver, '*88002', 'picker', '1001');
  for (const leg of legs) end(driver, leg);
  expect(agent(driver, 'ann').work).toMatchObject({ is: 'talking', call: callOf(driver, 'x').id });
  join(driver, 'x');
  end(driver, 'x');
  expect(agent(driver, 'ann').work.is).toBe('wrap-up');
});

test('given_an_agent_who_picked_up_another_call_when_it_is_dropped_at_once_then_both_wait_and_they_are_free', () => {
  const { driver, annsLeg } = annTakesX();
  end(driver, 'picker');
  end(driver, annsLeg);
  driver.pass(10_000);
  expect(callOf(driver, 'x').phase).toBe('waiting');
  expect(callOf(driver, 'y').phase).toBe('waiting');
  expect(['idle', 'offered']).toContain(agent(driver, 'ann').work.is);
});

/** Ann has 8 s of wrap-up, and 6 s of it left when she picks a call of `few` up, which gives `fewMs`. */
function picksUpInWrapUp(fewMs: number): Driver {
  const driver = running(['ann', 'dan']);
  const few = group('few', '8003', ['dan'], { wrapUpMs: fewMs });
  driver.step({ type: 'settings', revision: 2, users: [], queues: [few], removedUsers: [], removedQueues: [] });
  const leg = ring(arrive(driver, '8001', 'first'));
  driver.step({ type: 'leg-answered', leg });
  join(driver, 'first');
  end(driver, leg);
  end(driver, 'first');
  driver.step({ type: 'intent', intent: 'x', ask: { do: 'extend-wrap-up', user: 'ann', byMs: 1_000 } });
  driver.now += 3_000;
  ring(arrive(driver, '8003', 'x'));
  arrive(driver, '*81004', 'picker', '1001');
  expect(agent(driver, 'ann').work).toMatchObject({ is: 'talking', until: null });
  return driver;
}

test.each([
  { fewMs: 0, talkMs: 1_000, leftMs: 5_000 },
  { fewMs: 2_000, talkMs: 1_000, leftMs: 5_000 },
  { fewMs: 7_000, talkMs: 1_000, leftMs: 7_000 },
  { fewMs: 7_000, talkMs: 60_000, leftMs: 7_000 },
])(
  'given_6_s_of_wrap_up_left_when_a_call_is_picked_up_with_ms_$fewMs and_talked_for_$talkMs then_ms_left_are_$leftMs',
  ({ fewMs, talkMs, leftMs }) => {
    const driver = picksUpInWrapUp(fewMs);
    join(driver, 'x');
    driver.pass(talkMs);
    end(driver, 'x');
    expect(agent(driver, 'ann')).toMatchObject({
      work: { is: 'wrap-up', until: driver.now + leftMs, extended: fewMs < 7_000 },
      cutShort: null,
    });
    driver.pass(leftMs);
    expect(agent(driver, 'ann')).toMatchObject({ work: { is: 'busy-elsewhere' }, idleSince: driver.now });
  },
);

test('given_6_s_of_wrap_up_left_when_the_talk_is_longer_and_gives_none_then_the_agent_is_free_after_it', () => {
  const driver = picksUpInWrapUp(0);
  join(driver, 'x');
  driver.pass(20_000);
  end(driver, 'x');
  end(driver, 'picker');
  expect(agent(driver, 'ann')).toMatchObject({ work: { is: 'idle' }, cutShort: null, idleSince: driver.now });
});

test('given_6_s_of_wrap_up_left_when_the_call_is_gone_before_the_join_then_the_wrap_up_goes_on', () => {
  const driver = picksUpInWrapUp(0);
  end(driver, 'picker');
  expect(agent(driver, 'ann').work).toMatchObject({ is: 'wrap-up', until: driver.now + 6_000 });
});

/** Ann took `x`, which gives no wrap-up; the talk is over before her own phone was heard of. */
function talkedBeforeTheEnd(): { driver: Driver; annsLeg: string } {
  const { driver, annsLeg } = annTakesX();
  const few = group('few', '8003', ['dan'], { wrapUpMs: 0 });
  driver.step({ type: 'settings', revision: 2, users: [], queues: [few], removedUsers: [], removedQueues: [] });
  join(driver, 'x');
  end(driver, 'x');
  end(driver, 'picker');
  expect(agent(driver, 'ann').work).toMatchObject({ is: 'releasing', call: callOf(driver, 'y').id });
  return { driver, annsLeg };
}

test('given_a_pickup_that_is_over_before_the_pickers_own_phone_stopped_ringing_then_their_next_offer_waits_for_its_end', () => {
  const { driver, annsLeg } = talkedBeforeTheEnd();
  expect(callOf(driver, 'y').offers).toHaveLength(1);
  end(driver, annsLeg);
  expect(agent(driver, 'ann').work).toMatchObject({ is: 'offered', call: callOf(driver, 'y').id });
});

test('given_a_pickup_that_is_over_when_the_pickers_own_phone_is_never_heard_of_then_the_next_offer_waits_2_s', () => {
  const { driver } = talkedBeforeTheEnd();
  driver.pass(1_999);
  expect(driver.facts.filter(({ type }) => type === 'offer-made')).toHaveLength(2);
  driver.pass(1);
  expect(driver.facts.filter((fact) => fact.type === 'offer-ended')).toContainEqual(
    expect.objectContaining({ agent: 'ann', outcome: 'rescinded', why: 'took-another' }),
  );
  expect(agent(driver, 'ann').work).toMatchObject({ is: 'offered', call: callOf(driver, 'y').id });
});

test('given_a_call_that_rings_at_several_when_one_picks_it_up_and_the_caller_leaves_before_the_join_then_nobody_waits_for_ever', () => {
  const driver = running(['ann', 'ben']);
  arrive(driver, '8002', 'x');
  for (const leg of driver.legs()) driver.step({ type: 'leg-created', leg });
  arrive(driver, '*88002', 'picker', '1001');
  end(driver, 'x');
  end(driver, 'picker');
  expect(agent(driver, 'ann').work.is).toBe('releasing');
  driver.pass(2_000);
  expect(agent(driver, 'ann').work.is).toBe('idle');
  expect(agent(driver, 'ben').work.is).toBe('idle');
});

test('given_an_agent_who_missed_a_call_and_is_held_when_they_pick_one_up_then_nothing_is_left_of_the_miss', () => {
  const driver = running(['ann', 'dan']);
  const annsLeg = ring(arrive(driver, '8001', 'y'));
  driver.pass(10_000);
  end(driver, annsLeg);
  expect(agent(driver, 'ann')).toMatchObject({ misses: [driver.now], hold: { step: 0 } });
  ring(arrive(driver, '8003', 'x'));
  arrive(driver, '*81004', 'picker', '1001');
  expect(agent(driver, 'ann')).toMatchObject({ misses: [], hold: null });
});

test('given_an_agent_whose_phone_rang_out_when_they_pick_another_up_before_its_end_is_heard_then_that_is_no_miss', () => {
  const driver = running(['ann', 'dan']);
  const annsLeg = ring(arrive(driver, '8001', 'y'));
  driver.pass(10_000);
  expect(agent(driver, 'ann').work.is).toBe('releasing');
  ring(arrive(driver, '8003', 'x'));
  arrive(driver, '*81004', 'picker', '1001');
  end(driver, 'x');
  end(driver, 'picker');
  end(driver, annsLeg);
  expect(agent(driver, 'ann')).toMatchObject({ misses: [], hold: null });
  expect(driver.facts.filter((fact) => fact.type === 'agent-missed')).toEqual([]);
});

/** `x` rings at Dan's; what came of Ann's dialling the code. */
function annTries(driver: Driver): string | null {
  arrive(driver, '*81004', 'picker', '1001');
  const fact = driver.facts.findLast((one) => one.type === 'feature-dialled');
  if (fact?.type !== 'feature-dialled') throw new Error('no code was dialled');
  return fact.refused;
}

test('given_an_agent_in_a_talk_when_they_dial_the_code_then_it_is_refused_and_the_other_phone_rings_on', () => {
  const driver = running(['ann', 'dan']);
  ring(arrive(driver, '8002', 'y'));
  driver.step({ type: 'leg-answered', leg: lastLeg(driver) });
  join(driver, 'y');
  const dans = ring(arrive(driver, '8003', 'x'));
  const heard = driver.commands.length;
  expect(annTries(driver)).toBe('in-a-call');
  expect(driver.commands.slice(heard)).toEqual([
    { do: 'release', leg: 'picker', to: { to: 'dialplan', context: 'cordboard-said', exten: 'refused', priority: 1 } },
  ]);
  driver.step({ type: 'leg-answered', leg: dans });
  expect(callOf(driver, 'x').partner).toMatchObject({ user: 'dan' });
});

test('given_a_call_of_their_own_when_somebody_dials_the_code_then_it_is_refused_to_who_is_signed_in_and_to_nobody_else', () => {
  for (const [ready, refused] of [
    [['ann', 'dan'], 'in-a-call'],
    [['dan'], null],
  ] as const) {
    const driver = running(ready);
    ring(arrive(driver, '8003', 'x'));
    arrive(driver, '1003', 'own', '1001');
    expect(annTries(driver)).toBe(refused);
  }
});

test('given_an_agent_whose_phone_only_rings_for_a_call_of_their_own_when_they_dial_the_code_then_they_take_the_other', () => {
  const driver = running(['ann', 'dan']);
  ring(arrive(driver, '8003', 'x'));
  ring(arrive(driver, '1001', 'direct', '1003'));
  expect(annTries(driver)).toBe(null);
  expect(callOf(driver, 'x').partner).toMatchObject({ user: 'ann' });
});
