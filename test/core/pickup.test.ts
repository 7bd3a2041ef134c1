import { expect, test } from 'vitest';
import type { Agent, Call } from '../../src/core/state.ts';
import { type Driver, running } from './driver.ts';
import { arrive, lastLeg } from './situations.ts';

// An agent who dials the pickup code takes the call as if it had been offered to them, whatever they had in hand.

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
