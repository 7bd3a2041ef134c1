import { describe, expect, test } from 'vitest';
import { matchRoute, type Outsider } from '../../src/core/calls/inbound.ts';
import { numberFor } from '../../src/core/calls/outbound.ts';
import { type TrunkEnd, trunkVerdict } from '../../src/core/calls/trunk-verdict.ts';
import type { RouteSettings } from '../../src/core/outside.ts';

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

describe('a number for a carrier', () => {
  const national = { format: 'national', callingCode: '33', nationalPrefix: '0' } as const;
  test.each([
    [{ format: 'e164', callingCode: null, nationalPrefix: '' }, '+33144556677', '+33144556677'],
    [{ format: 'digits', callingCode: null, nationalPrefix: '' }, '+33144556677', '33144556677'],
    [national, '+33144556677', '0144556677'],
    [national, '+493012345', '00493012345'],
    [national, '118218', '118218'],
  ] as const)('given_a_format_%o_when_%s_is_sent_then_it_is_written_so', (trunk, number, written) => {
    expect(numberFor(trunk, number)).toBe(written);
  });
});
