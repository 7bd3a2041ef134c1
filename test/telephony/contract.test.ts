import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { translate } from '../../src/asterisk/translate.ts';
import { ask, type Bench, type BenchCaller, channelOf, customersContext, event, stateOf, story } from './bench.ts';
import { realBench } from './real-bench.ts';
import { simulatedBench } from './simulated-bench.ts';

// What the core relies on in an Asterisk, shown on both: the real one is the truth, the simulated one has to agree.
describe.each([
  ['simulated', () => simulatedBench(7)],
  ['simulated with other dice', () => simulatedBench(4711)],
  ['real', realBench],
] as const)('an Asterisk (%s)', (_name, open) => {
  let bench: Bench;
  let legs = 0;

  beforeAll(async () => {
    bench = await open();
  }, 120_000);
  afterEach(() => bench.clean());
  afterAll(() => bench?.close());

  /** A leg to the phone 1001, in Stasis and not dialled yet. */
  async function created(): Promise<string> {
    legs += 1;
    const leg = `cb-test-l${legs}`;
    const answer = await ask(bench, 'POST', `channels/create?endpoint=PJSIP%2F1001&app=cordboard&channelId=${leg}`);
    expect(answer.status).toBe(200);
    expect(stateOf(await event(bench, 'StasisStart', leg))).toBe('Down');
    return leg;
  }

  async function dialled(timeoutS = 20): Promise<string> {
    const leg = await created();
    expect((await ask(bench, 'POST', `channels/${leg}/dial?timeout=${timeoutS}`)).status).toBe(204);
    return leg;
  }

  /** A caller in Stasis. */
  async function caller(): Promise<{ channel: string; caller: BenchCaller }> {
    const one = await bench.dial('8001');
    const start = await bench.until(() => bench.events.find(({ type }) => type === 'StasisStart'), 'the caller');
    const { id, name } = start.channel as { id: string; name: string };
    expect(start.args).toEqual(['8001', 'pres=allowed_not_screened', 'priority=', 'place=', 'needs=']);
    expect(name).toMatch(/^PJSIP\/1009-[0-9a-f]{8}$/);
    return { channel: id, caller: one };
  }

  /** A caller and a phone in one bridge. */
  async function talk(): Promise<{ channel: string; caller: BenchCaller; leg: string; room: string }> {
    await bench.phone({ kind: 'answer', afterMs: 50 });
    const one = await caller();
    const leg = await dialled();
    await event(bench, 'ChannelStateChange', leg);
    await bench.until(() => story(bench, leg).includes('Up'), 'the phone to answer');
    expect((await ask(bench, 'POST', `channels/${one.channel}/answer`)).status).toBe(204);
    const room = `cb-test-c${legs}`;
    expect((await ask(bench, 'POST', `bridges?type=mixing&bridgeId=${room}`)).status).toBe(200);
    expect((await ask(bench, 'POST', `bridges/${room}/addChannel?channel=${one.channel},${leg}`)).status).toBe(204);
    return { ...one, leg, room };
  }

  async function membersOf(room: string): Promise<string[]> {
    return ((await ask(bench, 'GET', `bridges/${room}`)).body as { channels: string[] }).channels.toSorted();
  }

  it('given_a_leg_dialled_at_the_answer_to_its_create_then_it_rings_or_409_says_that_it_can_be_dialled_later', async () => {
    await bench.phone({ kind: 'answer', afterMs: 100 });
    legs += 1;
    const leg = `cb-test-l${legs}`;
    await ask(bench, 'POST', `channels/create?endpoint=PJSIP%2F1001&app=cordboard&channelId=${leg}`);
    const { status } = await ask(bench, 'POST', `channels/${leg}/dial?timeout=20`);
    expect([204, 409]).toContain(status);
    await event(bench, 'StasisStart', leg);
    if (status === 409) expect((await ask(bench, 'POST', `channels/${leg}/dial?timeout=20`)).status).toBe(204);
    await bench.until(() => story(bench, leg).includes('Up'), 'the phone to answer');
  });

  it('given_a_phone_that_answers_when_dialled_then_it_rings_and_is_up', async () => {
    await bench.phone({ kind: 'answer', afterMs: 100 });
    const leg = await dialled();
    await bench.until(() => story(bench, leg).includes('Up'), 'the phone to answer');
    expect(story(bench, leg)).toEqual(expect.arrayContaining(['StasisStart', 'Dial', 'Ringing', 'Dial RINGING', 'Up']));
    const told = story(bench, leg);
    expect(told.indexOf('Dial')).toBeLessThan(told.indexOf('Ringing'));
    expect(told.indexOf('Ringing')).toBeLessThan(told.indexOf('Up'));
  });

  it.each([
    [486, 'ChannelDestroyed 17/486'],
    [603, 'ChannelDestroyed 21/603'],
    [480, 'ChannelDestroyed 19/480'],
    [404, 'ChannelDestroyed 1/404'],
    [503, 'ChannelDestroyed 34/503'],
    [500, 'ChannelDestroyed 38/500'],
    [488, 'ChannelDestroyed 58/488'],
    [600, 'ChannelDestroyed 17/600'],
    [408, 'ChannelDestroyed 18/408'],
    [403, 'ChannelDestroyed 21/403'],
    [410, 'ChannelDestroyed 22/410'],
    [484, 'ChannelDestroyed 28/484'],
    [502, 'ChannelDestroyed 27/502'],
    [504, 'ChannelDestroyed 102/504'],
    [604, 'ChannelDestroyed 1/604'],
    [606, 'ChannelDestroyed 58/606'],
    [499, 'ChannelDestroyed 127/499'],
  ])('given_a_phone_that_rings_and_declines_with_%i_when_dialled_then_the_leg_ends_with_%s', async (sip, end) => {
    await bench.phone({ kind: 'decline', sip, afterMs: 50 });
    const leg = await dialled();
    await event(bench, 'ChannelDestroyed', leg);
    expect(story(bench, leg).slice(-2)).toEqual(['StasisEnd', end]);
    expect(story(bench, leg)).toContain('Dial RINGING');
  });

  it('given_a_phone_that_says_busy_at_once_when_dialled_then_no_ringing_is_told', async () => {
    await bench.phone({ kind: 'decline', sip: 486, afterMs: 0, ring: false });
    const leg = await dialled();
    await event(bench, 'ChannelDestroyed', leg);
    expect(story(bench, leg)).toEqual(['StasisStart', 'Dial', 'StasisEnd', 'ChannelDestroyed 17/486']);
  });

  it('given_a_phone_that_only_rings_when_the_time_is_over_then_the_leg_ends_19_480_while_ringing', async () => {
    await bench.phone({ kind: 'ignore' });
    const leg = await dialled(1);
    expect(stateOf(await event(bench, 'ChannelDestroyed', leg))).toBe('Ringing');
    expect(story(bench, leg).at(-1)).toBe('ChannelDestroyed 19/480');
    await bench.until(() => bench.phoneHeard() === 'cancelled', 'the phone to hear of it');
  });

  it('given_a_silent_phone_when_the_time_is_over_then_the_leg_ends_19_480_and_never_rang', async () => {
    await bench.phone({ kind: 'silent' });
    const leg = await dialled(1);
    expect(stateOf(await event(bench, 'ChannelDestroyed', leg))).toBe('Down');
    expect(story(bench, leg)).toEqual(['StasisStart', 'Dial', 'StasisEnd', 'ChannelDestroyed 19/480']);
  });

  it('given_a_phone_that_sends_183_only_when_the_time_is_over_then_only_Dial_has_told_of_it', async () => {
    await bench.phone({ kind: 'progress-only' });
    const leg = await dialled(1);
    expect(stateOf(await event(bench, 'ChannelDestroyed', leg))).toBe('Down');
    const [start, ...dials] = story(bench, leg).slice(0, -2);
    // The thread that dials and the one that hears the phone tell of it in either order.
    expect([start, ...dials.sort()]).toEqual(['StasisStart', 'Dial', 'Dial PROGRESS']);
    expect(story(bench, leg).slice(-2)).toEqual(['StasisEnd', 'ChannelDestroyed 19/480']);
  });

  it('given_a_phone_that_redirects_when_dialled_then_the_leg_ends_23_302_and_nothing_else_is_dialled', async () => {
    await bench.phone({ kind: 'redirect', to: '1009' });
    const leg = await dialled();
    await event(bench, 'ChannelDestroyed', leg);
    expect(story(bench, leg).at(-1)).toBe('ChannelDestroyed 23/302');
    expect(((await ask(bench, 'GET', 'channels')).body as unknown[]).length).toBe(0);
  });

  it.each([
    ['an extension', '1009', '1009'],
    ['a number at a host of its own', 'sip:+33170123456@carrier.example', '+33170123456'],
    ['more than a number', 'sip:1009:secret@h:99;transport=tcp', '1009'],
    ['a variable of the dialplan', 'sip:%24%7BSHELL(id)%7D@h', '??SHELL?id??'],
    ['lines of its own', 'sip:1%0D%0AAction%3A%20Originate@h', '1??Action??Originate'],
    ['quotes and commas', 'sip:%22,%27@h', '???'],
    ['an emoji', 'sip:%F0%9F%98%80@h', '??'],
    ['4 KB', `sip:${'9'.repeat(4_000)}@h`, '9'.repeat(79)],
    ['nobody at a host', 'sip:h', null],
  ])(
    'given_a_phone_that_redirects_to_%s_when_dialled_then_we_are_told_where_to_before_the_end',
    async (_, to, said) => {
      await bench.phone({ kind: 'redirect', to });
      const leg = await dialled();
      await event(bench, 'ChannelDestroyed', leg);
      const ours = bench.events.filter((one) => channelOf(one) === leg);
      const told = ours.flatMap((one) => translate(one)?.event ?? []);
      const end = told.findIndex(({ type }) => type === 'leg-gone');
      const forward = told.slice(0, end).find((one) => one.type === 'leg-forwarded');
      expect(forward?.to ?? null).toEqual(said === null ? null : { said });
      expect(story(bench, leg).at(-1)).toBe('ChannelDestroyed 23/302');
    },
  );

  it.each(['1001', '4444'])(
    'given_no_contact_of_%s_when_a_leg_is_created_then_it_is_refused_with_500',
    async (phone) => {
      const uri = `channels/create?endpoint=PJSIP%2F${phone}&app=cordboard&channelId=cb-test-none`;
      expect((await ask(bench, 'POST', uri)).status).toBe(500);
    },
  );

  it('given_a_ringing_leg_when_it_is_ended_with_26_then_the_phone_hears_answered_elsewhere', async () => {
    await bench.phone({ kind: 'ignore' });
    const leg = await dialled();
    await event(bench, 'Dial', leg, 'RINGING');
    expect((await ask(bench, 'DELETE', `channels/${leg}?reason_code=26`)).status).toBe(204);
    await event(bench, 'ChannelDestroyed', leg);
    expect(story(bench, leg).slice(-2)).toEqual(['StasisEnd', 'ChannelDestroyed 26']);
    await bench.until(() => bench.phoneHeard() === 'answered-elsewhere', 'the phone to hear of it');
    expect((await ask(bench, 'DELETE', `channels/${leg}?reason_code=26`)).status).toBe(404);
  });

  it('given_a_leg_that_is_up_when_it_is_ended_then_it_ends_with_that_cause_and_the_phone_gets_a_bye', async () => {
    await bench.phone({ kind: 'answer', afterMs: 0 });
    const leg = await dialled();
    await bench.until(() => story(bench, leg).includes('Up'), 'the phone to answer');
    await ask(bench, 'DELETE', `channels/${leg}?reason_code=26`);
    await event(bench, 'ChannelDestroyed', leg);
    expect(story(bench, leg).at(-1)).toBe('ChannelDestroyed 26');
    await bench.until(() => bench.phoneHeard() === 'bye', 'the phone to hear of it');
  });

  it('given_a_leg_when_its_id_is_used_again_then_409_while_it_lives_and_200_after', async () => {
    await bench.phone({ kind: 'ignore' });
    const leg = await created();
    const again = `channels/create?endpoint=PJSIP%2F1001&app=cordboard&channelId=${leg}`;
    expect((await ask(bench, 'POST', again)).status).toBe(409);
    await ask(bench, 'DELETE', `channels/${leg}`);
    await event(bench, 'ChannelDestroyed', leg);
    expect((await ask(bench, 'POST', again)).status).toBe(200);
  });

  it('given_a_ringing_leg_when_it_is_dialled_again_then_409_and_it_rings_on', async () => {
    await bench.phone({ kind: 'ignore' });
    const leg = await dialled();
    await event(bench, 'Dial', leg, 'RINGING');
    expect((await ask(bench, 'POST', `channels/${leg}/dial?timeout=20`)).status).toBe(409);
    expect(((await ask(bench, 'GET', `channels/${leg}`)).body as { state: string }).state).toBe('Ringing');
  });

  it('given_an_unanswered_caller_when_they_give_up_then_their_channel_ends_127_487', async () => {
    const one = await caller();
    expect((await ask(bench, 'POST', `channels/${one.channel}/moh`)).status).toBe(204);
    one.caller.hangUp();
    await event(bench, 'ChannelDestroyed', one.channel);
    expect(story(bench, one.channel)).toEqual(['StasisStart', 'StasisEnd', 'ChannelDestroyed 127/487']);
  });

  it('given_an_unanswered_caller_when_we_end_the_call_then_they_hear_it', async () => {
    const one = await caller();
    expect((await ask(bench, 'POST', `channels/${one.channel}/ring`)).status).toBe(204);
    await ask(bench, 'DELETE', `channels/${one.channel}?reason_code=17`);
    await event(bench, 'ChannelDestroyed', one.channel);
    expect(story(bench, one.channel).at(-1)).toBe('ChannelDestroyed 17/486');
    await bench.until(() => one.caller.state() === 'ended', 'the caller to hear of it');
  });

  it('given_a_talk_when_the_caller_hangs_up_then_StasisEnd_comes_before_the_end_and_the_leg_stays', async () => {
    const { channel, caller: one, leg, room } = await talk();
    expect(await membersOf(room)).toEqual([channel, leg].toSorted());
    await bench.until(() => one.state() === 'answered', 'the caller to be answered');
    one.hangUp();
    await event(bench, 'ChannelDestroyed', channel);
    expect(story(bench, channel).slice(-2)).toEqual(['StasisEnd', 'ChannelDestroyed 16']);
    expect(await membersOf(room)).toEqual([leg]);
  });

  it('given_a_talk_when_both_are_joined_again_then_nothing_changes', async () => {
    const { channel, leg, room } = await talk();
    const again = await ask(bench, 'POST', `bridges/${room}/addChannel?channel=${channel},${leg}`);
    expect(again.status).toBe(204);
    expect(await membersOf(room)).toEqual([channel, leg].toSorted());
  });

  it('given_a_talk_when_its_room_is_closed_then_both_stay_in_our_hands', async () => {
    const { channel, leg, room } = await talk();
    expect((await ask(bench, 'DELETE', `bridges/${room}`)).status).toBe(204);
    expect((await ask(bench, 'DELETE', `bridges/${room}`)).status).toBe(404);
    expect((await ask(bench, 'POST', `channels/${channel}/moh`)).status).toBe(204);
    expect((await ask(bench, 'GET', `channels/${leg}`)).status).toBe(200);
  });

  it('given_a_room_when_strangers_are_put_in_then_each_mistake_has_its_status', async () => {
    const one = await caller();
    const room = 'cb-test-errors';
    expect((await ask(bench, 'POST', `bridges?type=mixing&bridgeId=${room}`)).status).toBe(200);
    expect((await ask(bench, 'POST', `bridges?type=mixing&bridgeId=${room}`)).status).toBe(409);
    expect((await ask(bench, 'POST', `bridges/none/addChannel?channel=${one.channel}`)).status).toBe(404);
    expect((await ask(bench, 'POST', `bridges/${room}/addChannel?channel=${one.channel},none`)).status).toBe(400);
    expect(await membersOf(room)).toEqual([]);
    expect((await ask(bench, 'POST', `bridges/${room}/removeChannel?channel=${one.channel}`)).status).toBe(422);
  });

  it('given_a_caller_that_was_given_back_to_the_dialplan_when_asked_for_more_then_409_and_422', async () => {
    const { channel } = await caller();
    const place = 'context=cordboard-fallback&extension=4444&priority=1';
    await ask(bench, 'POST', `channels/${channel}/answer`);
    await ask(bench, 'POST', 'bridges?type=mixing&bridgeId=cb-test-away');
    expect((await ask(bench, 'POST', `channels/${channel}/continue?${place}`)).status).toBe(204);
    await event(bench, 'StasisEnd', channel);
    const late = [
      await ask(bench, 'POST', `channels/${channel}/moh`),
      await ask(bench, 'POST', `channels/${channel}/continue?${place}`),
    ];
    const joined = await ask(bench, 'POST', `bridges/cb-test-away/addChannel?channel=${channel}`);
    for (const { status } of late) expect([404, 409]).toContain(status);
    expect([400, 422]).toContain(joined.status);
  });

  it('given_a_caller_whose_lease_ends_then_they_leave_us_and_the_dialplan_has_them', async () => {
    const { channel } = await caller();
    const variables = { 'TIMEOUT(absolute)': '1', PEER: '' };
    expect((await ask(bench, 'POST', `channels/${channel}/variables`, { variables })).status).toBe(204);
    await event(bench, 'StasisEnd', channel);
  });

  it('given_a_talk_whose_lease_ends_then_the_two_talk_on_outside_and_one_end_ends_both', async () => {
    const { channel, caller: one, leg } = await talk();
    const variables = { PEER: leg, 'TIMEOUT(absolute)': '1' };
    expect((await ask(bench, 'POST', `channels/${channel}/variables`, { variables })).status).toBe(204);
    await event(bench, 'StasisEnd', channel);
    await event(bench, 'StasisEnd', leg);
    expect((await ask(bench, 'GET', `channels/${leg}`)).status).toBe(200);
    one.hangUp();
    await event(bench, 'ChannelDestroyed', leg);
  });

  it('given_a_caller_with_a_lease_when_given_back_to_the_dialplan_then_the_lease_goes_along_and_cuts_them_off', async () => {
    const { channel, caller: one } = await caller();
    const variables = { 'TIMEOUT(absolute)': '2', PEER: '' };
    expect((await ask(bench, 'POST', `channels/${channel}/variables`, { variables })).status).toBe(204);
    const place = `context=${customersContext}&extension=8001&priority=1`;
    expect((await ask(bench, 'POST', `channels/${channel}/continue?${place}`)).status).toBe(204);
    await event(bench, 'StasisEnd', channel);
    expect(((await ask(bench, 'GET', `channels/${channel}`)).body as { dialplan: object }).dialplan).toMatchObject({
      context: customersContext,
    });
    await bench.until(() => one.state() === 'ended', 'the lease to end the call');
  });

  it('given_a_channel_of_the_dialplan_when_listed_then_it_says_whether_it_is_ours', async () => {
    const { channel } = await caller();
    const shown = async () => {
      const { body } = await ask(bench, 'GET', `channels/${channel}`);
      return (body as { dialplan: Record<string, unknown> }).dialplan;
    };
    expect(await shown()).toMatchObject({
      app_name: 'Stasis',
      app_data: 'cordboard,8001,pres=allowed_not_screened,priority=,place=,needs=',
    });
  });

  it('given_a_connection_that_is_lost_when_it_is_back_then_what_was_in_Asterisk_is_there_and_its_events_are_not', async () => {
    await bench.phone({ kind: 'answer', afterMs: 300 });
    const leg = await dialled();
    await event(bench, 'Dial', leg, 'RINGING');
    await bench.cut();
    await bench.until(() => bench.isUp(), 'the connection to be back');
    expect(story(bench, leg)).not.toContain('Up');
    expect(((await ask(bench, 'GET', `channels/${leg}`)).body as { state: string }).state).toBe('Up');
  });

  it('given_nothing_of_that_name_when_asked_then_404', async () => {
    for (const uri of [
      'channels/none/moh',
      'channels/none/answer',
      'channels/none/dial?timeout=1',
      'channels/none/continue',
    ])
      expect((await ask(bench, 'POST', uri)).status, uri).toBe(404);
    expect((await ask(bench, 'GET', 'channels/none')).status).toBe(404);
    expect((await ask(bench, 'DELETE', 'bridges/none')).status).toBe(404);
  });

  it('given_a_phone_that_answers_without_ringing_when_dialled_then_it_is_up_and_no_ringing_was_told', async () => {
    await bench.phone({ kind: 'answer', afterMs: 50, ringAfterMs: null });
    const leg = await dialled();
    await bench.until(() => story(bench, leg).includes('Up'), 'the phone to answer');
    expect(story(bench, leg)).not.toContain('Dial RINGING');
    expect(story(bench, leg)).not.toContain('Ringing');
  });

  it('given_a_leg_that_was_not_dialled_when_it_is_ended_then_its_phone_never_knew', async () => {
    await bench.phone({ kind: 'ignore' });
    const leg = await created();
    expect((await ask(bench, 'DELETE', `channels/${leg}?reason_code=16`)).status).toBe(204);
    await event(bench, 'ChannelDestroyed', leg);
    expect(story(bench, leg)).toEqual(['StasisStart', 'StasisEnd', 'ChannelDestroyed 16/603']);
    expect(bench.phoneHeard()).toBe(null);
  });

  it('given_a_leg_that_was_just_dialled_when_it_is_ended_then_the_phone_is_not_left_ringing', async () => {
    await bench.phone({ kind: 'ignore' });
    const leg = await dialled();
    expect((await ask(bench, 'DELETE', `channels/${leg}?reason_code=16`)).status).toBe(204);
    await event(bench, 'ChannelDestroyed', leg);
    expect(((await ask(bench, 'GET', 'channels')).body as unknown[]).length).toBe(0);
  });

  it('given_a_leg_that_is_up_when_it_is_dialled_again_then_409_and_it_stays_up', async () => {
    await bench.phone({ kind: 'answer', afterMs: 0 });
    const leg = await dialled();
    await bench.until(() => story(bench, leg).includes('Up'), 'the phone to answer');
    expect((await ask(bench, 'POST', `channels/${leg}/dial?timeout=20`)).status).toBe(409);
    expect(((await ask(bench, 'GET', `channels/${leg}`)).body as { state: string }).state).toBe('Up');
  });

  it('given_a_caller_who_leaves_when_a_leg_rings_for_them_then_it_rings_on_until_we_end_it', async () => {
    await bench.phone({ kind: 'ignore' });
    const one = await caller();
    const leg = await dialled();
    await event(bench, 'Dial', leg, 'RINGING');
    one.caller.hangUp();
    await event(bench, 'ChannelDestroyed', one.channel);
    expect(((await ask(bench, 'GET', `channels/${leg}`)).body as { state: string }).state).toBe('Ringing');
    expect((await ask(bench, 'DELETE', `channels/${leg}?reason_code=16`)).status).toBe(204);
    await bench.until(() => bench.phoneHeard() === 'cancelled', 'the phone to hear of it');
  });

  it('given_a_talk_when_the_agent_hangs_up_then_their_leg_is_gone_and_the_caller_stays', async () => {
    const { channel, caller: one, leg, room } = await talk();
    bench.phoneHangsUp();
    await event(bench, 'ChannelDestroyed', leg);
    expect(story(bench, leg).slice(-2)).toEqual(['StasisEnd', 'ChannelDestroyed 16']);
    expect(await membersOf(room)).toEqual([channel]);
    expect(one.state()).toBe('answered');
  });

  it.each(['caller', 'agent'] as const)(
    'given_a_talk_when_the_%s_holds_and_resumes_then_both_are_where_they_were_and_nothing_of_ours_ended',
    async (who) => {
      const { channel, caller: one, leg, room } = await talk();
      await bench.until(() => one.state() === 'answered', 'the caller to be answered');
      const asks: typeof bench.phoneAsks = (what) => (who === 'caller' ? one.asks(what) : bench.phoneAsks(what));
      for (const what of ['hold', 'resume', 'hold'] as const) {
        expect(await asks(what), what).toBe(200);
        expect(await membersOf(room)).toEqual([channel, leg].toSorted());
      }
      // Who holds can hang up all the same.
      if (who === 'caller') one.hangUp();
      else bench.phoneHangsUp();
      const [gone, left] = who === 'caller' ? [channel, leg] : [leg, channel];
      await event(bench, 'ChannelDestroyed', gone);
      expect(story(bench, gone).slice(-2)).toEqual(['StasisEnd', 'ChannelDestroyed 16']);
      expect(await membersOf(room)).toEqual([left]);
      expect(story(bench, left)).not.toContain('StasisEnd');
    },
  );

  it('given_a_talk_when_both_press_keys_then_each_is_told_in_its_order_and_both_talk_on', async () => {
    const { channel, caller: one, leg, room } = await talk();
    await bench.until(() => one.state() === 'answered', 'the caller to be answered');
    for (const press of ['1', '*', '#']) {
      expect(await one.asks({ press }), press).toBe(200);
      expect(await bench.phoneAsks({ press }), press).toBe(200);
    }
    for (const id of [channel, leg]) {
      // Each is told once for every subscription.
      const digits = () =>
        bench.events
          .filter((each) => each.type === 'ChannelDtmfReceived' && channelOf(each) === id)
          .map(({ digit }) => digit);
      await bench.until(() => digits().includes('#'), 'the last key');
      expect([...new Set(digits())]).toEqual(['1', '*', '#']);
    }
    expect(await membersOf(room)).toEqual([channel, leg].toSorted());
  });

  it.each(['caller', 'agent'] as const)(
    'given_a_talk_when_the_%s_sends_the_other_on_by_REFER_then_it_is_refused_with_603_and_both_talk_on',
    async (who) => {
      const { channel, caller: one, leg, room } = await talk();
      await bench.until(() => one.state() === 'answered', 'the caller to be answered');
      for (const refer of ['8001', '4444']) {
        expect(await (who === 'caller' ? one.asks({ refer }) : bench.phoneAsks({ refer })), refer).toBe(603);
      }
      expect(await membersOf(room)).toEqual([channel, leg].toSorted());
      expect(bench.events.filter(({ type }) => type === 'StasisStart').length).toBe(2);
      expect(((await ask(bench, 'GET', 'channels')).body as unknown[]).length).toBe(2);
    },
  );

  it('given_a_caller_whom_nobody_answered_when_joined_with_a_leg_then_they_are_answered_only_when_we_say_so', async () => {
    await bench.phone({ kind: 'answer', afterMs: 0 });
    const one = await caller();
    const leg = await dialled();
    await bench.until(() => story(bench, leg).includes('Up'), 'the phone to answer');
    await ask(bench, 'POST', 'bridges?type=mixing&bridgeId=cb-test-early');
    const joined = await ask(bench, 'POST', `bridges/cb-test-early/addChannel?channel=${one.channel},${leg}`);
    expect(joined.status).toBe(204);
    expect(await membersOf('cb-test-early')).toEqual([one.channel, leg].toSorted());
    expect(one.caller.state()).toBe('calling');
    expect((await ask(bench, 'POST', `channels/${one.channel}/answer`)).status).toBe(204);
    await bench.until(() => one.caller.state() === 'answered', 'the caller to be answered');
  });

  it('given_a_caller_who_was_answered_when_answered_again_then_nothing_happens', async () => {
    const { channel, caller: one } = await caller();
    for (let count = 0; count < 2; count += 1)
      expect((await ask(bench, 'POST', `channels/${channel}/answer`)).status).toBe(204);
    await bench.until(() => one.state() === 'answered', 'the caller to be answered');
    expect(((await ask(bench, 'GET', `channels/${channel}`)).body as { state: string }).state).toBe('Up');
  });

  it.each(['moh', 'ring'])('given_a_caller_when_%s_is_begun_and_ended_twice_then_each_is_done', async (sound) => {
    const { channel, caller: one } = await caller();
    for (const method of ['POST', 'POST', 'DELETE', 'DELETE'] as const)
      expect((await ask(bench, method, `channels/${channel}/${sound}`)).status, method).toBe(204);
    expect(one.state()).toBe('calling');
  });

  it.each([
    [1, 'ChannelDestroyed 1/404'],
    [20, 'ChannelDestroyed 20/480'],
    [21, 'ChannelDestroyed 21/403'],
    [34, 'ChannelDestroyed 34/503'],
  ])('given_an_unanswered_caller_when_ended_with_cause_%i_then_the_end_says_%s', async (cause, end) => {
    const one = await caller();
    // One that is ended in the very moment in which it comes now and then says 0.
    expect((await ask(bench, 'POST', `channels/${one.channel}/ring`)).status).toBe(204);
    await ask(bench, 'DELETE', `channels/${one.channel}?reason_code=${cause}`);
    await event(bench, 'ChannelDestroyed', one.channel);
    expect(story(bench, one.channel).at(-1)).toBe(end);
    await bench.until(() => one.caller.state() === 'ended', 'the caller to hear of it');
  });

  it('given_a_caller_who_was_ended_when_ended_again_or_answered_then_404', async () => {
    const { channel } = await caller();
    expect((await ask(bench, 'DELETE', `channels/${channel}?reason_code=16`)).status).toBe(204);
    await event(bench, 'ChannelDestroyed', channel);
    expect((await ask(bench, 'DELETE', `channels/${channel}?reason_code=16`)).status).toBe(404);
    expect((await ask(bench, 'POST', `channels/${channel}/answer`)).status).toBe(404);
  });

  it('given_a_talk_when_one_is_taken_out_of_the_room_then_both_are_still_ours_and_can_be_joined_again', async () => {
    const { channel, leg, room } = await talk();
    expect((await ask(bench, 'POST', `bridges/${room}/removeChannel?channel=${leg}`)).status).toBe(204);
    expect(await membersOf(room)).toEqual([channel]);
    expect((await ask(bench, 'POST', `bridges/${room}/addChannel?channel=${leg}`)).status).toBe(204);
    expect(await membersOf(room)).toEqual([channel, leg].toSorted());
  });

  it('given_a_caller_in_a_room_when_put_into_another_then_they_are_only_there', async () => {
    const { channel, leg, room } = await talk();
    await ask(bench, 'POST', 'bridges?type=mixing&bridgeId=cb-test-other');
    expect((await ask(bench, 'POST', `bridges/cb-test-other/addChannel?channel=${channel}`)).status).toBe(204);
    expect(await membersOf('cb-test-other')).toEqual([channel]);
    expect(await membersOf(room)).toEqual([leg]);
  });

  it('given_a_room_that_was_closed_when_its_id_is_used_again_then_it_is_made', async () => {
    const make = 'bridges?type=mixing&bridgeId=cb-test-again';
    expect((await ask(bench, 'POST', make)).status).toBe(200);
    expect((await ask(bench, 'DELETE', 'bridges/cb-test-again')).status).toBe(204);
    expect((await ask(bench, 'POST', make)).status).toBe(200);
  });

  it('given_legs_and_rooms_when_listed_then_each_is_there_with_its_state_and_its_members', async () => {
    const { channel, leg, room } = await talk();
    const channels = (await ask(bench, 'GET', 'channels')).body as { id: string; state: string }[];
    expect(channels.map(({ id, state }) => `${id} ${state}`).toSorted()).toEqual(
      [`${channel} Up`, `${leg} Up`].toSorted(),
    );
    const bridges = (await ask(bench, 'GET', 'bridges')).body as { id: string; channels: string[] }[];
    expect(bridges.map(({ id, channels }) => [id, channels.toSorted()])).toEqual([[room, [channel, leg].toSorted()]]);
  });

  it('given_variables_that_are_set_when_watched_then_no_event_tells_of_them', async () => {
    const { channel } = await caller();
    expect((await ask(bench, 'POST', `channels/${channel}/variable?variable=PEER&value=x`)).status).toBe(204);
    await ask(bench, 'DELETE', `channels/${channel}`);
    await event(bench, 'ChannelDestroyed', channel);
    expect(bench.events.map(({ type }) => type)).not.toContain('ChannelVarset');
  });

  it('given_a_channel_that_is_not_there_when_subscribed_to_then_422', async () => {
    const uri = 'applications/cordboard/subscription?eventSource=channel%3Anone';
    expect((await ask(bench, 'POST', uri)).status).toBe(422);
  });

  it('given_an_Asterisk_that_runs_when_asked_twice_when_it_began_then_it_says_the_same', async () => {
    const startOf = async () =>
      ((await ask(bench, 'GET', 'asterisk/info')).body as { status: { startup_time: string } }).status.startup_time;
    const first = await startOf();
    expect(first).toMatch(/^\d{4}-\d\d-\d\dT/);
    expect(await startOf()).toBe(first);
  });
});
