import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../src/core/facts.ts';
import { outcomeOf, weightier } from '../../src/core/routing/outcome.ts';

/** The whole table: every final SIP status, with no sign of life, cut short while ringing, and rung out. */
const table: readonly (readonly [sip: number, silent: Outcome, rang: Outcome, rungOut: Outcome])[] = [
  [0, 'unreachable', 'short-ring', 'no-answer'],
  [300, 'forwarded', 'forwarded', 'forwarded'],
  [301, 'forwarded', 'forwarded', 'forwarded'],
  [302, 'forwarded', 'forwarded', 'forwarded'],
  [305, 'forwarded', 'forwarded', 'forwarded'],
  [380, 'forwarded', 'forwarded', 'forwarded'],
  [403, 'declined', 'declined', 'declined'],
  [404, 'unreachable', 'unreachable', 'unreachable'],
  [408, 'unreachable', 'failed', 'failed'],
  [410, 'unreachable', 'unreachable', 'unreachable'],
  // Asterisk reports its own time out as 480 too: then the clock says which it was.
  [480, 'unreachable', 'declined', 'no-answer'],
  [486, 'busy', 'declined', 'declined'],
  [487, 'unreachable', 'short-ring', 'no-answer'],
  [488, 'failed', 'failed', 'failed'],
  [500, 'failed', 'failed', 'failed'],
  [503, 'unreachable', 'failed', 'failed'],
  [504, 'unreachable', 'failed', 'failed'],
  [600, 'busy', 'declined', 'declined'],
  [603, 'declined', 'declined', 'declined'],
  [604, 'unreachable', 'unreachable', 'unreachable'],
  [606, 'failed', 'failed', 'failed'],
];

const end = { cause: 16, unreachableAfterMs: 5_000, ringMs: 15_000 };

describe('how a leg ended is one outcome', () => {
  it.each(table)(
    'given_%i_when_the_phone_was_silent_or_rang_or_rang_out_then_%s_or_%s_or_%s',
    (sip, silent, rang, rungOut) => {
      expect(outcomeOf({ ...end, sip, rangMs: null, silentMs: 5_000 })).toBe(silent);
      expect(outcomeOf({ ...end, sip, rangMs: 3_000, silentMs: 3_200 })).toBe(rang);
      expect(outcomeOf({ ...end, sip, rangMs: 15_000, silentMs: 15_200 })).toBe(rungOut);
    },
  );

  it('given_480_at_once_and_no_ringing_when_the_silence_was_short_then_the_phone_itself_said_so', () => {
    expect(outcomeOf({ ...end, sip: 480, rangMs: null, silentMs: 100 })).toBe('busy');
  });

  it.each([
    [17, null, 'busy'],
    [17, 500, 'declined'],
    [21, null, 'declined'],
    [18, null, 'unreachable'],
    [20, null, 'unreachable'],
    [20, 500, 'failed'],
    [27, null, 'unreachable'],
    [19, null, 'unreachable'],
    [19, 500, 'short-ring'],
    [19, 14_500, 'no-answer'],
    [38, null, 'failed'],
    [127, 500, 'failed'],
  ] as const)('given_no_sip_status_but_cause_%i_after_ringing_%s_then_%s', (cause, rangMs, outcome) => {
    expect(outcomeOf({ ...end, cause, sip: 0, rangMs, silentMs: 5_000 })).toBe(outcome);
  });

  it('given_any_sip_status_at_all_when_it_is_looked_up_then_it_has_an_outcome_that_blames_for_ringing_out_only', () => {
    for (let sip = 300; sip < 700; sip += 1) {
      const outcome = outcomeOf({ ...end, sip, rangMs: 2_000, silentMs: 2_100 });
      expect(outcome, String(sip)).not.toBe('no-answer');
      expect(outcome, String(sip)).not.toBe('answered');
    }
  });
});

describe('of several phones the weightiest end counts', () => {
  const order: readonly Outcome[] = [
    'declined',
    'no-answer',
    'busy',
    'forwarded',
    'short-ring',
    'unreachable',
    'failed',
    'lost',
  ];

  it('given_two_ends_when_weighed_then_a_persons_word_goes_before_a_machines', () => {
    for (const [place, one] of order.entries())
      for (const other of order.slice(place)) {
        expect(weightier(one, other)).toBe(one);
        expect(weightier(other, one)).toBe(one);
      }
    expect(weightier(null, 'lost')).toBe('lost');
  });
});
