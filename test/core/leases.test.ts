import { expect, test } from 'vitest';
import type { Driver } from './driver.ts';
import { lastLeg, situations } from './situations.ts';

// What Asterisk is told of the two should we die: until they have talked, nobody may be hung up because the other one has gone.

function there(name: string): Driver {
  const driver = situations[name]?.();
  if (driver === undefined) throw new Error(`there is no situation "${name}"`);
  return driver;
}

/** Each lease in words, and what is said or joined between. */
function story({ commands }: Driver, since = 0): readonly string[] {
  return commands.slice(since).flatMap((command) => {
    if (command.do === 'say' || command.do === 'join' || command.do === 'hush') return [command.do];
    if (command.do !== 'lease') return [];
    const { leg, leaseMs, peer, talked } = command;
    const who = leg === 'caller-1' ? 'caller' : 'agent';
    return [`${who} ${leaseMs / 1_000} s${peer === null ? '' : talked ? ', has talked' : ', is to talk'}`];
  });
}

test('given_an_agent_who_hears_the_sound_of_the_queue_when_it_is_said_then_their_leg_has_a_long_lease_before_it_is_spoken_to', () => {
  const driver = there('an agent hears the sound of the queue');
  expect(story(driver)).toEqual(['caller 30 s, is to talk', 'agent 600 s, has talked', 'say']);
  const before = driver.commands.length;
  // Nothing may be asked of a leg that is spoken to.
  driver.pass(9_000);
  driver.step({ type: 'leg-told', leg: lastLeg(driver) });
  expect(story(driver, before)).toEqual(['caller 30 s, has talked', 'agent 600 s, has talked', 'join']);
});

test('given_1_that_was_pressed_when_the_question_is_not_over_yet_then_the_caller_is_to_talk_and_the_leg_is_asked_nothing', () => {
  const driver = there('1 was pressed at a number');
  expect(story(driver).slice(-2)).toEqual(['caller 30 s, is to talk', 'hush']);
});
