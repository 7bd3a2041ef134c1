import { expect, test } from 'vitest';
import { situations } from './situations.ts';

// The daemon may die between its commit and its commands: the row says that the caller was answered, and Asterisk does not.

test.each(['down', 'up'] as const)(
  'given_an_agent_who_answered_while_we_were_away_when_the_caller_is_seen_%s_then_they_are_answered_unless_they_are',
  (state) => {
    const driver = situations['a leg is ringing']?.();
    if (driver === undefined) throw new Error('there is no such situation');
    const [call] = driver.world.state.calls.values();
    const agent = driver.legs().at(-1) ?? '';
    expect(call?.answered).toBe(true);
    driver.step({ type: 'pbx-lost' });
    driver.step({ type: 'pbx-connected' });
    const legs = [
      { leg: call?.caller ?? '', state, arrival: null },
      { leg: agent, state: 'up', arrival: null },
    ] as const;
    const commands = driver.step({ type: 'surveyed', full: true, pbxStarted: '', legs, rooms: [] });
    const done = commands.map((command) => command.do);
    expect(done).toContain('join');
    expect(done.includes('answer')).toBe(state !== 'up');
    if (state !== 'up') expect(done.indexOf('answer')).toBeLessThan(done.indexOf('join'));
  },
);
