import { expect, test } from 'vitest';
import type { AriRequest, AriResponse } from '../../src/asterisk/ari/port.ts';
import { createEarlyDial } from '../../src/asterisk/early-dial.ts';
import type { PbxEvent } from '../../src/core/events.ts';

const leg = 'cb-1-l2';
const created: PbxEvent = { type: 'leg-created', leg };
const dialled: PbxEvent = { type: 'leg-created', leg, dialled: true };

/** A leg that has just been asked for; requests are answered by hand, in any order. */
function asked() {
  const requests: { uri: string; answer: (status: number) => void }[] = [];
  const posted: PbxEvent[] = [];
  const link = {
    request: (request: AriRequest, done: (response: AriResponse) => void) =>
      void requests.push({ uri: request.uri, answer: (status) => done({ status, body: null }) }),
  };
  const early = createEarlyDial({ link: () => link, app: 'cordboard', post: (event) => void posted.push(event) });
  early.ring({ do: 'create-leg', leg, call: 'cb-1-c1', phone: '1001', for: 'caller.1', timeoutMs: 20_500 });
  const answer = (nth: number, status: number): void => requests[nth]?.answer(status);
  return { early, posted, answer, uris: () => requests.map((one) => one.uri.split('?')[0]), requests };
}

const create = 'channels/create';
const dial = `channels/${leg}/dial`;

test('given_a_leg_when_its_create_is_answered_then_it_is_dialled_at_once_and_the_core_hears_of_it_as_dialled', () => {
  const it = asked();
  expect(it.uris()).toEqual([create]);
  it.answer(0, 200);
  expect(it.uris()).toEqual([create, dial]);
  expect(it.requests[1]?.uri).toContain('caller=caller.1&timeout=21');
  expect(it.early.passes(created)).toBe(false);
  expect(it.posted).toEqual([]);
  it.answer(1, 204);
  expect(it.posted).toEqual([dialled]);
  expect(it.early.passes(created)).toBe(true);
});

test('given_a_dial_that_came_too_early_when_the_leg_starts_then_the_core_hears_of_a_leg_to_be_dialled', () => {
  const it = asked();
  it.answer(0, 200);
  it.answer(1, 409);
  expect(it.posted).toEqual([]);
  expect(it.early.passes(created)).toBe(true);
});

test('given_a_dial_that_came_too_early_when_the_leg_has_started_before_the_answer_then_the_core_is_told_with_it', () => {
  const it = asked();
  it.answer(0, 200);
  expect(it.early.passes(created)).toBe(false);
  it.answer(1, 409);
  expect(it.posted).toEqual([created]);
});

test('given_a_leg_that_starts_before_its_create_is_answered_then_it_is_dialled_once', () => {
  const it = asked();
  expect(it.early.passes(created)).toBe(false);
  it.answer(0, 200);
  expect(it.uris()).toEqual([create, dial]);
  it.answer(1, 204);
  expect(it.posted).toEqual([dialled]);
});

test('given_a_phone_that_rings_before_the_dial_is_answered_then_the_core_hears_of_the_leg_first_and_once', () => {
  const it = asked();
  it.answer(0, 200);
  expect(it.early.passes({ type: 'leg-rang', leg, evidence: 'ringing' })).toBe(true);
  it.answer(1, 204);
  expect(it.posted).toEqual([dialled]);
});

test('given_a_leg_whose_end_is_asked_for_when_its_create_is_answered_then_its_phone_is_never_rung', () => {
  const it = asked();
  it.early.drop(leg);
  it.answer(0, 200);
  expect(it.uris()).toEqual([create]);
  expect(it.early.passes(created)).toBe(true);
});

test.each([
  [0, 500, [{ type: 'leg-refused', leg, status: 500 }]],
  [1, 500, [dialled, { type: 'leg-refused', leg, status: 500 }]],
])('given_a_refusal_of_request_%i_with_%i_then_the_core_is_told', (nth, status, told) => {
  const it = asked();
  if (nth === 1) it.answer(0, 200);
  it.answer(nth, status);
  expect(it.posted).toEqual(told);
});

test('given_a_leg_that_ends_before_its_dial_is_answered_then_nothing_more_is_said_of_it', () => {
  const it = asked();
  it.answer(0, 200);
  expect(it.early.passes({ type: 'leg-gone', leg, cause: 16, sip: 0 })).toBe(true);
  it.answer(1, 204);
  expect(it.posted).toEqual([]);
});

test('given_a_phone_that_forwards_before_its_dial_is_answered_then_the_core_hears_where_to_and_still_of_the_leg', () => {
  const it = asked();
  it.answer(0, 200);
  expect(it.early.passes({ type: 'leg-forwarded', leg, to: { said: '1002' } })).toBe(true);
  it.answer(1, 204);
  expect(it.posted).toEqual([dialled]);
});

test('given_a_lost_connection_when_answers_come_as_none_then_the_survey_has_the_word', () => {
  const it = asked();
  it.early.forget();
  it.answer(0, 0);
  expect(it.posted).toEqual([]);
  expect(it.uris()).toEqual([create]);
});
