import { describe, expect, it } from 'vitest';
import type { NumberedFact } from '../../src/core/facts.ts';
import type { QueueGiven } from '../../src/core/queue-settings.ts';
import type { Offer } from '../../src/core/state.ts';
import { defaultLimits } from '../../src/core/world.ts';
import { type Driver, drive, group, groups, phones, rowsOf, running, users } from './driver.ts';
import { situations } from './situations.ts';

/** A call to the group in which everybody rings, with all three of its phones ringing. */
function everybodyRings(driver: Driver): string[] {
  driver.step({ type: 'caller-arrived', leg: 'caller', dialled: '8002', phone: null });
  const legs = driver.legs();
  for (const leg of legs) {
    driver.step({ type: 'leg-created', leg, dialled: true });
    driver.step({ type: 'leg-rang', leg, evidence: 'ringing' });
  }
  return legs;
}

describe('races', () => {
  it('given_surveys_that_take_longer_than_the_time_between_two_when_asked_then_none_is_asked_twice_and_each_counts', () => {
    const driver = drive();
    driver.step({ type: 'started', epoch: 'e', limits: { ...defaultLimits, surveyMs: 1_000 } });
    driver.step({ type: 'pbx-connected' });
    const asked = () => driver.commands.flatMap((command) => (command.do === 'survey' ? [command.askedAt] : []));
    for (let answered = 0; answered < 5; answered += 1) {
      const before = asked().length;
      driver.pass(1_200);
      expect(asked()).toHaveLength(before);
      driver.step({
        type: 'surveyed',
        full: answered === 0,
        askedAt: asked().at(-1) ?? 0,
        pbxStarted: 'p',
        legs: [],
        rooms: [],
      });
      expect(driver.world.state.meta.pbx).toBe('ready');
      driver.pass(1_000);
      expect(asked()).toHaveLength(before + 1);
    }
    driver.pass(59_000);
    const before = asked().length;
    driver.pass(1_000);
    expect(asked(), 'no news at all: it is asked again').toHaveLength(before + 1);
  });

  it('given_everybody_rings_when_one_answers_then_the_others_keep_their_place_in_the_idle_order', () => {
    const driver = running();
    const before = ['ben', 'cleo'].map((id) => driver.world.state.agents.get(id)?.idleSince);
    driver.now += 60_000;
    const [first = '', ...others] = everybodyRings(driver);
    driver.now += 3_000;
    driver.step({ type: 'leg-answered', leg: first });
    for (const leg of others) driver.step({ type: 'leg-gone', leg, cause: 26, sip: 0 });
    const ended = driver.facts.filter((fact) => fact.type === 'offer-ended');
    expect(ended.map((fact) => 'outcome' in fact && fact.outcome)).toEqual(['rescinded', 'rescinded']);
    expect(['ben', 'cleo'].map((id) => driver.world.state.agents.get(id)?.idleSince)).toEqual(before);
  });

  it('given_a_join_that_is_confirmed_too_late_when_the_answered_leg_ends_then_the_call_waits_on_at_its_place', () => {
    for (const confirm of ['joined', 'together in a survey', 'apart in a survey']) {
      const driver = situations['a leg is up and being joined']?.() as Driver;
      const [call] = [...driver.world.state.calls.values()];
      const leg = call?.partner?.leg ?? '';
      driver.pass(defaultLimits.confirmMs);
      if (confirm === 'joined') driver.step({ type: 'joined', call: call?.id ?? '', legs: ['caller-1', leg] });
      else {
        driver.step({ type: 'pbx-lost' });
        driver.step({ type: 'pbx-connected' });
        driver.step({
          ...{ type: 'surveyed', full: true, pbxStarted: driver.world.state.meta.pbxStarted },
          legs: [
            { leg: 'caller-1', state: 'up', arrival: { dialled: '8001', phone: null } },
            { leg, state: 'up', arrival: null },
          ],
          rooms: [{ call: call?.id ?? '', legs: confirm.startsWith('together') ? ['caller-1', leg] : [] }],
        });
      }
      expect(driver.commands.filter((command) => command.do === 'join')).toHaveLength(1);
      driver.step({ type: 'leg-gone', leg, cause: 16, sip: 0 });
      expect(call?.phase).toBe('waiting');
      expect(driver.facts.map(({ type }) => type)).not.toContain('call-connected');
      expect(driver.facts).toContainEqual(expect.objectContaining({ type: 'offer-ended', outcome: 'dropped' }));
    }
  });

  it('given_a_leg_that_is_only_asked_for_when_the_caller_leaves_then_it_is_ended_by_its_own_id', () => {
    const driver = running();
    driver.step({ type: 'caller-arrived', leg: 'caller', dialled: '1004', phone: '1003' });
    const [leg] = driver.legs();
    const commands = driver.step({ type: 'leg-gone', leg: 'caller', cause: 127, sip: 487 });
    expect(commands).toContainEqual({ do: 'hang-up', leg, cause: 'normal' });
  });

  it('given_a_caller_who_is_there_when_Asterisk_is_not_known_yet_then_nobody_is_rung_before_the_first_survey', () => {
    const driver = drive();
    driver.step({ type: 'started', epoch: 'e', limits: defaultLimits });
    driver.step({ type: 'settings', revision: 1, users, queues: groups, removedUsers: [], removedQueues: [] });
    driver.step({ type: 'phones-surveyed', reachable: phones });
    driver.step({ type: 'intent', intent: 'i', ask: { do: 'sign-in', user: 'ann', ready: true } });
    driver.step({ type: 'pbx-connected' });
    driver.step({ type: 'caller-arrived', leg: 'caller', dialled: '8001', phone: null });
    expect(driver.legs()).toEqual([]);
    driver.step({
      type: 'surveyed',
      full: true,
      pbxStarted: 'p',
      legs: [{ leg: 'caller', state: 'down', arrival: { dialled: '8001', phone: null } }],
      rooms: [],
    });
    expect(driver.legs()).toHaveLength(1);
  });

  it('given_a_phone_that_never_rang_when_its_offer_ends_then_it_is_no_miss', () => {
    const driver = running();
    driver.step({ type: 'caller-arrived', leg: 'caller', dialled: '8001', phone: null });
    const [leg = ''] = driver.legs();
    driver.step({ type: 'leg-created', leg, dialled: true });
    driver.pass(5_000);
    driver.step({ type: 'leg-gone', leg, cause: 16, sip: 0 });
    expect(driver.facts).toContainEqual(expect.objectContaining({ type: 'offer-ended', outcome: 'unreachable' }));
    expect(driver.facts.some((fact) => fact.type === 'agent-missed')).toBe(false);
    expect(driver.world.state.agents.get('ann')?.hold).toBe(null);
  });

  it('given_one_who_declined_and_is_idle_again_when_the_next_is_busy_then_the_third_is_asked_before_them', () => {
    const driver = running();
    const three = group('three', '8009', ['ann', 'ben', 'cleo']);
    driver.step({ type: 'settings', revision: 2, users: [], queues: [three], removedUsers: [], removedQueues: [] });
    driver.step({ type: 'caller-arrived', leg: 'caller', dialled: '8009', phone: null });
    driver.step({ type: 'leg-gone', leg: driver.legs().at(-1) ?? '', cause: 17, sip: 486 });
    const [ben = '', other = ''] = driver.legs().slice(1);
    driver.pass(7_000);
    expect(driver.world.state.agents.get('ann')?.work.is).toBe('idle');
    for (const leg of [ben, other]) driver.step({ type: 'leg-gone', leg, cause: 17, sip: 486 });
    const asked = driver.facts.flatMap((fact) => (fact.type === 'offer-made' ? [fact.agent] : []));
    expect(asked).toEqual(['ann', 'ben', 'cleo']);
  });

  it('given_an_answer_that_was_dropped_when_nothing_is_heard_of_the_other_phone_then_agent_and_call_wait_2_s_for_it', () => {
    const driver = running(['ben']);
    driver.step({ type: 'caller-arrived', leg: 'caller', dialled: '8001', phone: null });
    const [first = '', second = ''] = driver.legs();
    for (const leg of [first, second]) {
      driver.step({ type: 'leg-created', leg });
      driver.step({ type: 'leg-rang', leg, evidence: 'ringing' });
    }
    driver.step({ type: 'leg-answered', leg: first });
    driver.step({ type: 'leg-gone', leg: first, cause: 16, sip: 0 });
    const work = (): unknown => driver.world.state.agents.get('ben')?.work;
    expect(work()).toMatchObject({ is: 'releasing', until: driver.now + 2_000 });
    expect(driver.world.state.legs.get(second)?.ending).toBe('answered-elsewhere');
    driver.pass(2_000);
    expect(driver.facts.filter((fact) => fact.type === 'offer-ended')).toMatchObject([{ outcome: 'dropped' }]);
    expect([...driver.world.state.offers.keys()]).toEqual([]);
    expect(work()).toMatchObject({ is: 'backing-off', until: driver.now + 6_000 });
  });
});

describe('settings that change under an offer', () => {
  const none = { type: 'settings', revision: 2, users: [], queues: [], removedUsers: [], removedQueues: [] } as const;
  const rings = (driver: Driver): string[] => {
    driver.step({ type: 'caller-arrived', leg: 'caller', dialled: '8009', phone: null });
    const legs = driver.legs();
    for (const leg of legs) {
      driver.step({ type: 'leg-created', leg, dialled: true });
      driver.step({ type: 'leg-rang', leg, evidence: 'ringing' });
    }
    return legs;
  };
  /** A queue of these rules, in which a call rings, that then gets the other ones. */
  const changed = (before: Partial<QueueGiven>, after: Partial<QueueGiven>) => {
    const driver = running(['ann', 'cleo']);
    driver.step({ ...none, queues: [group('desk', '8009', ['ann', 'cleo'], before)] });
    const legs = rings(driver);
    driver.step({ ...none, revision: 3, queues: [group('desk', '8009', ['ann', 'cleo'], after)] });
    return { driver, legs };
  };
  const facts = <T extends NumberedFact['type']>(driver: Driver, type: T) =>
    driver.facts.filter((fact): fact is Extract<NumberedFact, { type: T }> => fact.type === type);

  it('given_ring_all_rings_when_the_strategy_is_another_one_then_it_rings_on_and_blames_nobody', () => {
    const { driver } = changed({ strategy: 'ring-all' }, { strategy: 'longest-idle' });
    driver.pass(10_000);
    driver.pass(10_000);
    expect(facts(driver, 'offer-ended')).toEqual([]);
    driver.pass(40_000);
    expect(facts(driver, 'call-overflowed')).toHaveLength(1);
    expect(facts(driver, 'agent-missed')).toEqual([]);
  });

  it('given_one_rings_when_the_strategy_becomes_ring_all_then_it_rings_out_and_is_a_miss', () => {
    const { driver } = changed({ strategy: 'linear' }, { strategy: 'ring-all' });
    driver.pass(10_000);
    const [, second = ''] = driver.legs();
    expect(second).not.toBe('');
    driver.step({ type: 'leg-gone', leg: driver.legs()[0] ?? '', cause: 16, sip: 0 });
    expect(facts(driver, 'agent-missed')).toMatchObject([{ agent: 'ann' }]);
  });

  it('given_one_rings_when_the_ladder_and_what_follows_a_miss_change_then_the_old_ones_hold_for_it', () => {
    const step = { misses: 1, withinMs: null, untilReady: false, notify: 'nobody' } as const;
    const { driver, legs } = changed(
      { ladder: [{ ...step, restMs: 7_000 }], onMiss: 'next' },
      { ladder: [{ ...step, restMs: 99_000 }], onMiss: 'overflow', climbs: [] },
    );
    driver.pass(10_000);
    driver.step({ type: 'leg-gone', leg: legs[0] ?? '', cause: 16, sip: 0 });
    expect(facts(driver, 'agent-held')).toMatchObject([{ agent: 'ann', until: driver.now + 7_000 }]);
    expect(facts(driver, 'offer-made').map(({ agent }) => agent)).toEqual(['ann', 'cleo']);
    const next = driver.legs().at(-1) ?? '';
    driver.step({ type: 'leg-created', leg: next, dialled: true });
    driver.step({ type: 'leg-rang', leg: next, evidence: 'ringing' });
    driver.pass(10_000);
    driver.step({ type: 'leg-gone', leg: next, cause: 16, sip: 0 });
    expect(facts(driver, 'call-overflowed')).toMatchObject([{ why: 'miss' }]);
  });

  it('given_one_rings_when_back_off_and_silence_change_then_the_old_ones_hold_for_it', () => {
    const driver = running(['ann', 'cleo']);
    driver.step({ ...none, queues: [group('desk', '8009', ['ann', 'cleo'], { backOffs: { declined: 3_000 } })] });
    driver.step({ type: 'caller-arrived', leg: 'caller', dialled: '8009', phone: null });
    const [leg = ''] = driver.legs();
    const after = { backOffs: { declined: 77_000 }, unreachableAfterMs: 1_000 };
    driver.step({ ...none, revision: 3, queues: [group('desk', '8009', ['ann', 'cleo'], after)] });
    driver.step({ type: 'leg-created', leg, dialled: true });
    expect(driver.world.state.legs.get(leg)?.silentUntil).toBe(driver.now + 5_000);
    driver.step({ type: 'leg-gone', leg, cause: 21, sip: 603 });
    expect(driver.world.state.agents.get('ann')?.work.until).toBe(driver.now + 3_000);
  });

  it('given_one_answered_when_the_queue_is_removed_and_made_again_then_the_old_settings_hold_for_it', () => {
    const before = group('desk', '8009', ['ann', 'cleo'], { backOffs: { declined: 9_000 }, climbs: ['declined'] });
    const driver = running(['ann', 'cleo']);
    driver.step({ ...none, queues: [before] });
    const [leg = ''] = rings(driver);
    driver.step({ type: 'leg-answered', leg });
    driver.step({ ...none, revision: 3, removedQueues: ['desk'] });
    driver.step({ ...none, revision: 4, queues: [{ ...before, backOffs: {}, backOffMs: 1_000 }] });
    expect([...driver.world.state.offers.values()]).toMatchObject([{ rules: { backOffs: { declined: 9_000 } } }]);
  });

  it('given_an_offer_of_an_older_version_when_loaded_then_its_queue_judges_it', () => {
    const { driver } = changed({}, {});
    const rows = rowsOf(driver.world);
    const offers = rows.offers.map(({ rules: _rules, ...row }) => row as Offer);
    expect([...drive({ ...rows, offers }).world.state.offers.values()]).toMatchObject([{ rules: null }]);
  });
});
