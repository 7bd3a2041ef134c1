import { describe, expect, it } from 'vitest';
import { company } from './company.ts';
import { type Driver, running } from './driver.ts';
import { arrive, situations } from './situations.ts';

function there(name: string): Driver {
  const make = situations[name];
  if (make === undefined) throw new Error(`there is no situation "${name}"`);
  return make();
}

/** We were away for longer than the lease: what a survey finds, the caller in the dialplan and these legs with us. */
function away(driver: Driver, legs: readonly string[]): void {
  const room = [...driver.world.state.calls.keys()][0] ?? '';
  driver.step({ type: 'pbx-lost' });
  driver.pass(40_000);
  driver.step({ type: 'pbx-connected' });
  driver.step({
    ...{ type: 'surveyed', full: true, pbxStarted: driver.world.state.meta.pbxStarted },
    legs: [
      { leg: 'caller-1', state: 'away', arrival: null },
      ...legs.map((leg) => ({ leg, state: 'up', arrival: null }) as const),
    ],
    rooms: [{ call: room, legs: [] }],
  });
}

function leases(driver: Driver, since: number): string[] {
  return driver.commands
    .slice(since)
    .flatMap((command) =>
      command.do === 'lease' ? [`${command.leg} ${command.leaseMs > 0 ? 'renewed' : 'ended'}`] : [],
    )
    .sort();
}

describe('a caller whom the dialplan has', () => {
  it('given_a_talk_that_left_us_when_its_lease_is_due_then_it_is_not_renewed_and_once_seen_both_are_without_one', () => {
    const driver = there('two talk');
    const agent = driver.legs().at(-1) ?? '';
    const before = driver.commands.length;
    driver.now += 20_000;
    driver.step({ type: 'leg-left', leg: 'caller-1' });
    driver.pass(0);
    expect(leases(driver, before)).toEqual([]);
    driver.step({ type: 'leg-seen', leg: 'caller-1', found: { leg: 'caller-1', state: 'away', arrival: null } });
    expect(leases(driver, before)).toEqual([`${agent} ended`, 'caller-1 ended'].sort());
    expect(driver.commands.slice(before).some((command) => command.do === 'hang-up')).toBe(false);
  });

  it('given_a_talk_whose_caller_went_to_the_fallback_alone_when_two_surveys_see_the_agent_alone_then_their_leg_is_ended', () => {
    const driver = there('two talk');
    const agent = driver.legs().at(-1) ?? '';
    const room = [...driver.world.state.calls.keys()][0] ?? '';
    driver.step({ type: 'leg-seen', leg: 'caller-1', found: { leg: 'caller-1', state: 'away', arrival: null } });
    const before = driver.commands.length;
    for (const expected of [false, true]) {
      driver.pass(10_000);
      driver.step({
        type: 'surveyed',
        full: false,
        pbxStarted: driver.world.state.meta.pbxStarted,
        legs: [{ leg: agent, state: 'up', arrival: null }],
        rooms: [{ call: room, legs: [agent] }],
      });
      const ended = driver.commands.slice(before).some((one) => one.do === 'hang-up' && one.leg === agent);
      expect(ended).toBe(expected);
    }
    expect(driver.facts.at(-1)).toMatchObject({ type: 'repaired', what: 'leg-alone', entity: agent });
  });

  it.each(['a leg is up and being joined', 'an agent hears the sound of the queue'])(
    'given_that_%s_when_the_dialplan_has_the_caller_then_it_has_joined_them_and_nobody_is_hung_up',
    (name) => {
      const driver = there(name);
      const agent = driver.legs().at(-1) ?? '';
      away(driver, [agent]);
      expect(driver.commands.filter((one) => one.do === 'hang-up' && one.leg === agent)).toEqual([]);
      const told = driver.facts.map(({ type }) => type);
      expect(told.slice(told.indexOf('pbx-connected'))).toEqual(
        expect.arrayContaining(['call-connected', 'call-ended']),
      );
      const { work } = driver.world.state.agents.get('ann') ?? {};
      expect(work?.is).toBe('talking');
      driver.step({ type: 'leg-gone', leg: agent, cause: 16, sip: 0 });
      expect(driver.world.state.calls.size).toBe(0);
      expect(driver.world.state.agents.get('ann')?.work.is).toBe('wrap-up');
    },
  );

  it('given_an_agent_who_heard_the_sound_of_the_queue_and_is_gone_when_the_dialplan_has_the_caller_then_they_talked_to_nobody', () => {
    const driver = there('an agent hears the sound of the queue');
    away(driver, []);
    expect(driver.facts.map(({ type }) => type)).not.toContain('call-connected');
    expect(driver.world.state.calls.size).toBe(0);
  });

  it('given_a_caller_who_waited_when_they_are_seen_in_the_dialplan_then_no_lease_can_cut_off_the_fallback', () => {
    const driver = there('a call waits and nobody is ready');
    const before = driver.commands.length;
    driver.step({ type: 'leg-seen', leg: 'caller-1', found: { leg: 'caller-1', state: 'away', arrival: null } });
    expect(leases(driver, before)).toEqual(['caller-1 ended']);
  });
});

describe('a caller whom we give to the dialplan', () => {
  it('given_a_renewal_that_is_due_with_the_overflow_when_the_caller_is_given_away_then_their_lease_was_taken_off_last', () => {
    const { driver, arrive, facts } = company({
      queues: [
        {
          id: 'desk',
          extension: '8001',
          members: ['ann'],
          maxWaitMs: 20_000,
          overflow: { to: 'dialplan', context: 'voicemail', exten: '1', priority: 1 },
        },
      ],
    });
    arrive('one', '8001');
    const before = driver.commands.length;
    driver.pass(20_000);
    expect(facts('call-overflowed')).toHaveLength(1);
    const said = driver.commands.slice(before).flatMap((command) => {
      if (command.do === 'lease') return [command.leaseMs > 0 ? 'renewed' : 'taken off'];
      return command.do === 'release' ? ['given away'] : [];
    });
    expect(said.slice(-2)).toEqual(['taken off', 'given away']);
  });

  it('given_a_context_of_ours_when_a_new_caller_is_sent_there_then_nothing_is_set_on_their_channel', () => {
    const { driver, arrive } = company({
      queues: [
        {
          id: 'desk',
          extension: '8001',
          members: ['ann'],
          maxLength: 0,
          overflow: { to: 'dialplan', context: 'cordboard-fallback', exten: '8002', priority: 1 },
        },
      ],
    });
    const before = driver.commands.length;
    arrive('one', '8001');
    expect(driver.commands.slice(before).map((command) => command.do)).toEqual(['release']);
  });
});

describe('a call that is set aside', () => {
  it('given_legs_and_offers_whose_ids_have_one_digit_and_two_when_set_aside_then_a_core_that_was_just_loaded_does_the_same', () => {
    // The driver's twin is loaded in the order of ids, as from the database: l10 comes before l8.
    const driver = running();
    for (let count = 0; count < 5; count += 1) arrive(driver, '4444', `nobody-${count}`);
    arrive(driver, '8002');
    expect(driver.legs()).toEqual(['cb-e-l8', 'cb-e-l10', 'cb-e-l11', 'cb-e-l13']);
    const call = driver.world.state.legs.get('caller-1')?.call ?? '';
    driver.step({ type: 'set-aside', call });
    const ended = driver.facts.flatMap((fact) => (fact.type === 'offer-ended' ? [fact.offer] : []));
    expect(ended).toEqual(['cb-e-o12', 'cb-e-o7', 'cb-e-o9']);
  });
});
