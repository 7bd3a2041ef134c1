import { describe, expect, test } from 'vitest';
import { matchRoute, type Outsider } from '../../src/core/calls/inbound.ts';
import { type TrunkEnd, trunkVerdict } from '../../src/core/calls/trunk-verdict.ts';
import type { SeenTrunk } from '../../src/core/events.ts';
import { isUp, type RouteSettings, standing, type Trunk, type TrunkSettings } from '../../src/core/outside.ts';
import type { Destination } from '../../src/core/settings.ts';
import type { Call } from '../../src/core/state.ts';
import { load } from '../../src/core/world.ts';
import { abroad, rights, rowsOf, running, trunk } from './driver.ts';
import { arrive, atNumber, lastLeg } from './situations.ts';

describe('a route', () => {
  const route = (id: string, number: string, other: Partial<RouteSettings> = {}): RouteSettings => ({
    id,
    number,
    trunk: null,
    caller: null,
    to: { to: 'hang-up', cause: 'normal' },
    answer: 'on-agent',
    early: 'music',
    ...other,
  });
  const routes = [
    route('all', '*'),
    route('block', '+3317000*'),
    route('number', '+33170000001'),
    route('number-red', '+33170000001', { trunk: 'red' }),
    route('number-uk', '+33170000001', { caller: '+44*' }),
    route('number-hidden', '+33170000001', { caller: 'withheld' }),
    route('block-uk', '+3317000*', { caller: '+44*' }),
  ];
  test.each([
    [{ number: '+33170000001', caller: '+33601', trunk: 'blue' }, 'number'],
    [{ number: '+33170000001', caller: '+33601', trunk: 'red' }, 'number-red'],
    [{ number: '+33170000001', caller: '+44201', trunk: 'red' }, 'number-uk'],
    [{ number: '+33170000001', caller: 'withheld', trunk: 'blue' }, 'number-hidden'],
    [{ number: '+33170000002', caller: '+44201', trunk: 'blue' }, 'block-uk'],
    [{ number: '+33170000002', caller: '+33601', trunk: 'blue' }, 'block'],
    [{ number: '+49301234', caller: '', trunk: null }, 'all'],
  ] as const)('given_several_that_fit_%o_when_it_is_looked_for_then_the_most_specific_wins', (outsider, id) => {
    const found = (list: readonly RouteSettings[]) => matchRoute(list, outsider satisfies Outsider)?.id;
    expect([found(routes), found(routes.toReversed())]).toEqual([id, id]);
  });

  test('given_none_that_fits_when_it_is_looked_for_then_there_is_none', () => {
    expect(matchRoute(routes.slice(1), { number: '+49301234', caller: '', trunk: null })).toBeNull();
  });
});

describe('a final response of a carrier', () => {
  const end = (over: Partial<TrunkEnd>): TrunkEnd => ({
    cause: 0,
    sip: 0,
    rang: false,
    byUs: false,
    refused: false,
    ...over,
  });
  const what = (one: TrunkEnd): string => {
    const verdict = trunkVerdict(one);
    return verdict === 'next' ? 'next' : verdict.ending;
  };
  test.each([
    ['next', [401, 402, 403, 407, 408, 488, 500, 501, 502, 503, 504, 505, 513, 580]],
    ['busy', [486, 600]],
    ['declined', [603, 607]],
    ['no-answer', [480, 487]],
    ['unallocated', [404, 410, 484, 485, 604]],
    ['failed', [302, 400, 405, 481, 606]],
  ] as const)('given_a_status_when_it_means_%s_then_that_is_the_verdict', (verdict, statuses) => {
    expect(statuses.filter((sip) => what(end({ sip, rang: true })) !== verdict)).toEqual([]);
  });

  test('given_no_status_when_it_rang_or_not_then_the_cause_says_whose_fault_it_was', () => {
    expect([0, 3, 20, 27, 34, 38, 41, 42, 16, 19].filter((cause) => what(end({ cause })) !== 'next')).toEqual([]);
    expect([16, 18, 19].filter((cause) => what(end({ cause, rang: true })) !== 'no-answer')).toEqual([]);
  });

  test('given_it_was_silent_for_its_time_or_refused_by_asterisk_when_judged_then_the_next_one_is_tried', () => {
    expect([what(end({ byUs: true })), what(end({ refused: true })), what(end({ byUs: true, rang: true }))]).toEqual([
      'next',
      'next',
      'no-answer',
    ]);
  });
});

describe('a call that is sent to a number', () => {
  const to = (number: string) => ({ to: 'number', number, class: 'national' }) as const;
  const sent = () => {
    const driver = running([]);
    driver.step({ type: 'caller-arrived', leg: 'caller', dialled: '8001', phone: null });
    const [id = ''] = driver.world.state.calls.keys();
    const move = (where: Destination) =>
      driver.step({ type: 'intent', intent: 'm', ask: { do: 'move', call: id, to: where } });
    const ended = () => driver.facts.find((fact) => fact.type === 'call-ended');
    return { driver, move, ended, id };
  };

  test('given_it_is_sent_on_to_another_number_when_the_first_leg_ends_then_the_second_one_is_still_tried', () => {
    const { driver, move, ended, id } = sent();
    move(to('+33144556677'));
    const [first = ''] = driver.legs();
    driver.step({ type: 'leg-created', leg: first });
    move({ ...to('+33144556688'), otherwise: { to: 'group', group: 'few' } });
    const tried = driver.legs().length;
    driver.step({ type: 'leg-gone', leg: first, cause: 34, sip: 503 });
    expect([driver.legs().length, ended(), driver.world.state.calls.get(id)?.outbound?.number]).toEqual([
      tried,
      undefined,
      '+33144556688',
    ]);
  });

  test('given_a_number_that_falls_back_on_itself_when_no_trunk_reaches_it_then_the_circle_ends', () => {
    const { driver, move, ended } = sent();
    const circle = (left: number): Destination =>
      left === 0 ? to('+33144556677') : { ...to('+33144556677'), otherwise: circle(left - 1) };
    driver.step({
      type: 'outside',
      trunks: [],
      routes: [],
      payers: [{ id: 'group:line', rights: { ...rights, callsPerMinute: null } }],
    });
    move(circle(30));
    expect(ended()).toMatchObject({ ending: 'overflow-hang-up' });
  });

  test('given_a_row_of_an_older_version_when_it_is_loaded_then_whose_phone_dialled_pays', () => {
    const driver = running();
    driver.step({ type: 'caller-arrived', leg: 'caller', dialled: '00493012345', phone: '1001', outside: abroad });
    const rows = rowsOf(driver.world);
    const old = rows.calls.map(({ outbound, ...call }) => {
      const { payers: _p, otherwise: _o, sentBy: _s, leg: _l, ...rest } = outbound ?? {};
      return { ...call, outbound: rest } as Call;
    });
    const [call] = load({ ...rows, calls: old }).state.calls.values();
    expect(call?.outbound).toMatchObject({ payers: ['ann'], otherwise: null, leg: null });
  });
});

describe('what is known of a trunk', () => {
  const seenOf = (settings: Partial<TrunkSettings>, ...seen: Omit<SeenTrunk, 'trunk'>[]) => {
    const driver = running([]);
    driver.step({ type: 'outside', trunks: [{ ...trunk('red', 1), ...settings }], routes: [] });
    for (const one of seen) driver.step({ type: 'trunks-seen', trunks: [{ trunk: 'red', ...one }] });
    const said = () => driver.facts.flatMap((fact) => (fact.type === 'trunk-state' ? [[fact.up, fact.why]] : []));
    return { driver, said };
  };

  test('given_one_that_is_never_asked_when_it_is_missing_in_the_list_then_it_is_not_taken_for_dead', () => {
    const { said } = seenOf({ isAsked: false, registers: false }, { reachable: false }, { registered: false });
    expect(said()).toEqual([]);
  });

  test('given_one_that_is_asked_when_it_is_not_known_yet_then_it_stands_as_unknown_and_calls_may_go_out_there', () => {
    const { driver, said } = seenOf({ isAsked: true }, { reachable: null });
    const red = driver.world.state.trunks.get('red') as Trunk;
    expect([standing(red), isUp(red)]).toEqual([null, true]);
    driver.step({ type: 'trunks-seen', trunks: [{ trunk: 'red', reachable: true }] });
    expect([standing(red), said()]).toEqual([true, []]);
    driver.step({ type: 'outside', trunks: [{ ...trunk('red', 1), isAsked: false, registers: false }], routes: [] });
    expect(standing(red)).toBe(true);
  });

  test.each([
    ['answers', [{ reachable: true }], [[true, 'reachable']], 0],
    ['answers_as_little_as_before', [{ reachable: false }], [], 1],
    ['answers_at_last', [{ reachable: false }, { reachable: null }, { reachable: true }], [[true, 'reachable']], 0],
  ] as const)(
    'given_one_that_was_down_and_was_not_asked_since_when_it_%s_then_that_is_told_once_and_its_alarm_is_right',
    (_, seen, told, alarms) => {
      const { driver, said } = seenOf({ isAsked: true }, { reachable: false }, { reachable: null });
      expect(said()).toEqual([[false, 'unreachable']]);
      expect(driver.world.state.alarms.size).toBe(1);
      for (const one of seen) driver.step({ type: 'trunks-seen', trunks: [{ trunk: 'red', ...one }] });
      expect(said()).toEqual([[false, 'unreachable'], ...told]);
      expect(driver.world.state.alarms.size).toBe(alarms);
    },
  );

  test('given_one_that_was_down_and_was_not_asked_since_when_nobody_asks_any_more_then_it_is_up_and_the_alarm_ends', () => {
    const { driver, said } = seenOf({ isAsked: true }, { reachable: false }, { reachable: null });
    driver.step({ type: 'outside', trunks: [{ ...trunk('red', 1), isAsked: false }], routes: [] });
    expect(said()).toEqual([
      [false, 'unreachable'],
      [true, 'reachable'],
    ]);
    expect([...driver.world.state.alarms.keys()]).toEqual([]);
  });

  test('given_one_that_is_down_when_it_is_no_longer_asked_then_it_is_up_and_the_alarm_ends', () => {
    const { driver, said } = seenOf({ isAsked: true }, { reachable: false });
    driver.step({ type: 'outside', trunks: [{ ...trunk('red', 1), isAsked: false }], routes: [] });
    expect(said()).toEqual([
      [false, 'unreachable'],
      [true, 'reachable'],
    ]);
    expect([...driver.world.state.alarms.keys()]).toEqual([]);
  });
});

test('given_a_trunk_that_is_given_up_for_an_agents_number_when_they_dial_out_meanwhile_then_the_other_trunk_counts_already', () => {
  const driver = arrive(atNumber(), '8001');
  const red = lastLeg(driver);
  driver.step({ type: 'leg-created', leg: red });
  driver.pass(4_000);
  expect(driver.world.state.legs.get(red)?.ending).not.toBe(null);
  driver.step({ type: 'caller-arrived', leg: 'own', dialled: '00493012345', phone: '1001', outside: abroad });
  expect(driver.facts).toContainEqual(expect.objectContaining({ type: 'call-barred', why: 'calls-at-once' }));
  driver.step({ type: 'leg-gone', leg: red, cause: 16, sip: 0 });
  expect(driver.facts.filter(({ type }) => type === 'trunk-tried')).toHaveLength(2);
});
