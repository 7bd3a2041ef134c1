import { expect, test } from 'vitest';
import { createPacing } from '../../src/asterisk/pacing.ts';
import type { PbxCommand } from '../../src/asterisk/perform.ts';

/** A pacing whose clock is turned by hand; `sent` has what went out, in order. */
function paced() {
  const sent: PbxCommand[] = [];
  let timers: { at: number; run: () => void }[] = [];
  let now = 0;
  const phone = { isRinging: false };
  const pacing = createPacing({
    send: (command) => void sent.push(command),
    later(ms, run) {
      const timer = { at: now + ms, run };
      timers.push(timer);
      return () => {
        timers = timers.filter((one) => one !== timer);
      };
    },
    isRinging: () => phone.isRinging,
  });
  const until = (time: number): void => {
    now = time;
    for (const due of timers.filter((one) => one.at <= now)) {
      timers = timers.filter((one) => one !== due);
      due.run();
    }
  };
  return { pacing, sent, until, phone, pending: () => timers.length };
}

const answer = (leg: string): PbxCommand => ({ do: 'answer', leg });
const music = (leg: string): PbxCommand => ({ do: 'hear', leg, was: 'silence', what: 'music' });
const room = (call: string): PbxCommand => ({ do: 'open-room', call });

test('given_commands_that_nobody_waits_for_when_another_call_s_are_due_then_each_waits_its_own_time', () => {
  const it = paced();
  it.pacing.send(answer('caller.1'));
  it.until(199);
  it.pacing.send(answer('caller.2'));
  it.until(200);
  expect(it.sent).toEqual([answer('caller.1')]);
  it.until(399);
  expect(it.sent).toEqual([answer('caller.1'), answer('caller.2')]);
});

test('given_a_phone_that_is_just_being_rung_when_their_time_is_over_then_they_give_way_once_more_and_no_longer', () => {
  const it = paced();
  it.pacing.send(answer('caller.1'));
  it.phone.isRinging = true;
  it.until(200);
  expect(it.sent).toEqual([]);
  it.until(210);
  expect(it.sent).toEqual([answer('caller.1')]);
  expect(it.pending()).toBe(0);
});

test('given_held_commands_when_something_pressing_is_said_of_the_same_legs_then_they_go_first_in_order', () => {
  const it = paced();
  const join: PbxCommand = { do: 'join', call: 'cb-1-c1', legs: ['caller.1', 'cb-1-l2'] };
  it.pacing.send(answer('caller.1'));
  it.pacing.send(music('caller.1'));
  it.pacing.send(room('cb-1-c1'));
  it.pacing.send(answer('caller.2'));
  it.pacing.send(join);
  expect(it.sent).toEqual([room('cb-1-c1'), answer('caller.1'), music('caller.1'), join]);
  it.until(200);
  expect(it.sent.at(-1)).toEqual(answer('caller.2'));
  expect(it.pending()).toBe(0);
});

test('given_a_ring_when_sent_then_it_goes_at_once_and_nothing_held_with_it', () => {
  const it = paced();
  const ring: PbxCommand = { do: 'dial-leg', leg: 'cb-1-l2', for: 'caller.1', timeoutMs: 20_000 };
  it.pacing.send(answer('caller.1'));
  it.pacing.send(ring);
  expect(it.sent).toEqual([ring]);
});

test('given_music_that_is_held_when_the_caller_is_to_hear_nothing_then_it_is_never_asked_for', () => {
  const it = paced();
  const silence: PbxCommand = { do: 'hear', leg: 'caller.1', was: 'music', what: 'silence' };
  it.pacing.send(answer('caller.1'));
  it.pacing.send(music('caller.1'));
  it.pacing.send(silence);
  const join: PbxCommand = { do: 'join', call: 'cb-1-c1', legs: ['caller.1', 'cb-1-l2'] };
  it.pacing.send(join);
  expect(it.sent).toEqual([answer('caller.1'), join]);
});

test('given_music_that_is_held_when_another_sound_comes_then_what_was_heard_before_both_is_what_ends', () => {
  const it = paced();
  it.pacing.send({ do: 'hear', leg: 'caller.1', was: 'ringing', what: 'music' });
  it.pacing.send({ do: 'hear', leg: 'caller.1', was: 'music', what: 'silence' });
  expect(it.sent).toEqual([{ do: 'hear', leg: 'caller.1', was: 'ringing', what: 'silence' }]);
});

test('given_a_caller_whose_answer_is_held_when_they_are_hung_up_then_their_line_is_free_after_ten_milliseconds', () => {
  const it = paced();
  const end: PbxCommand = { do: 'hang-up', leg: 'caller.1', cause: 'normal' };
  it.pacing.send(answer('caller.1'));
  it.pacing.send(end);
  it.until(10);
  expect(it.sent).toEqual([answer('caller.1'), end]);
  expect(it.pending()).toBe(0);
});

test('given_held_commands_when_closed_then_all_are_sent', () => {
  const it = paced();
  it.pacing.send(answer('caller.1'));
  it.pacing.send(room('cb-1-c1'));
  it.pacing.close();
  expect(it.sent).toEqual([answer('caller.1'), room('cb-1-c1')]);
  expect(it.pending()).toBe(0);
});
