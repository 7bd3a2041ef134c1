import { expect, test } from 'vitest';
import { hindranceWords } from '../../src/cli/why-words.ts';
import { hindranceOf } from '../../src/core/explain.ts';
import type { Call } from '../../src/core/state.ts';
import type { Driver } from './driver.ts';
import { group, running } from './driver.ts';
import { arrive, lastLeg } from './situations.ts';

// A queue is removed while one of its calls is being joined with an agent: the call is as good as one that waits.

const none = { type: 'settings', revision: 2, users: [], queues: [], removedUsers: [], removedQueues: [] } as const;

function theCall(driver: Driver): Call {
  const [call] = driver.world.state.calls.values();
  if (call === undefined) throw new Error('there is no call');
  return call;
}

/** A call of `line` whose agent has answered; `line` overflows to `few`, where Dan is, and is removed then. */
function removedWhileJoined(): Driver {
  const driver = running(['ann', 'ben', 'dan']);
  const line = group('line', '8001', ['ann', 'ben'], { overflow: { to: 'group', group: 'few' } });
  driver.step({ ...none, queues: [line] });
  arrive(driver, '8001');
  driver.step({ type: 'leg-created', leg: lastLeg(driver) });
  driver.step({ type: 'leg-rang', leg: lastLeg(driver), evidence: 'ringing' });
  driver.step({ type: 'leg-answered', leg: lastLeg(driver) });
  expect(theCall(driver).phase).toBe('connecting');
  driver.step({ ...none, removedQueues: ['line'] });
  return driver;
}

test('given_a_queue_that_was_removed_while_two_are_joined_when_the_agent_drops_then_the_call_goes_to_its_overflow', () => {
  const driver = removedWhileJoined();
  const entered = theCall(driver).enteredAt;
  driver.step({ type: 'leg-gone', leg: lastLeg(driver), cause: 16, sip: 0 });
  const hindrance = hindranceOf(driver.world, theCall(driver));
  expect(hindrance).toEqual({ is: 'queue-removed', queue: 'line' });
  expect(hindrance && hindranceWords(hindrance)).not.toMatch(/one user/);
  driver.step({ type: 'tick' });
  const moved = driver.facts.filter((fact) => fact.type === 'call-overflowed');
  expect(moved).toMatchObject([{ queue: 'line', why: 'queue-removed', to: { to: 'group', group: 'few' } }]);
  expect(theCall(driver)).toMatchObject({ queue: 'few', enteredAt: entered, queueGone: null });
  expect(driver.facts.findLast((fact) => fact.type === 'offer-made')).toMatchObject({ agent: 'dan', queue: 'few' });
});

test('given_a_queue_that_was_removed_while_two_are_joined_when_they_are_then_they_talk', () => {
  const driver = removedWhileJoined();
  const { id, caller } = theCall(driver);
  driver.step({ type: 'joined', call: id, legs: [caller, lastLeg(driver)] });
  driver.pass(120_000);
  expect(theCall(driver).phase).toBe('talking');
});

test('given_a_queue_that_is_back_when_the_agent_drops_then_the_call_waits_in_it_again', () => {
  const driver = removedWhileJoined();
  driver.step({ ...none, queues: [group('line', '8001', ['ben'])] });
  driver.step({ type: 'leg-gone', leg: lastLeg(driver), cause: 16, sip: 0 });
  driver.step({ type: 'tick' });
  expect(theCall(driver).queue).toBe('line');
  expect(driver.facts.findLast((fact) => fact.type === 'offer-made')).toMatchObject({ agent: 'ben' });
});

test('given_Asterisk_dies_with_both_when_the_queue_was_removed_then_the_call_is_lost_and_sent_nowhere', () => {
  const driver = removedWhileJoined();
  driver.step({ type: 'pbx-lost' });
  driver.step({ type: 'pbx-connected' });
  driver.step({ type: 'surveyed', full: true, pbxStarted: 'p2', legs: [], rooms: [] });
  driver.step({ type: 'tick' });
  expect(driver.facts.filter((fact) => fact.type === 'call-overflowed')).toEqual([]);
  expect(driver.facts.findLast((fact) => fact.type === 'call-ended')).toMatchObject({ ending: 'lost-pbx' });
});
