import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { PhoneAccount } from '../../src/asterisk/provisioning/account.ts';
import { phoneObjects } from '../../src/asterisk/provisioning/endpoint.ts';
import { type Behaviour, isAnsweredElsewhere, type Phone, type PhoneOptions } from '../../src/phones/index.ts';
import { type LabAsterisk, startAsterisk } from '../lab/asterisk.ts';
import { openPhoneBox, until, waitFor } from '../lab/phones.ts';

// The simulated phones against a real Asterisk, with endpoints as the daemon provisions them. 9<phone> dials one phone for
// two seconds, 99 dials two at once; the cause of the callee's end is passed on to the caller.
const dialplan = `
[from-sip]
exten => _9XXXX,1,Dial(PJSIP/\${EXTEN:1},2,i)
 same => n,Hangup(\${HANGUPCAUSE})
exten => 99,1,Dial(PJSIP/1002&PJSIP/1003,5,i)
 same => n,Hangup(\${HANGUPCAUSE})
`;

const transports = { 1001: 'ws', 1002: 'ws', 1003: 'ws', 1004: 'udp', 1005: 'tls' } as const;
type Extension = keyof typeof transports;

let asterisk: LabAsterisk;
const box = openPhoneBox();

function ha1(user: string): string {
  return createHash('md5').update(`${user}:asterisk:secret-${user}`).digest('hex');
}

function options(user: Extension, behaviour?: Behaviour): PhoneOptions {
  const wsUrl = `ws://127.0.0.1:${asterisk.ports.http}/ws`;
  return { wsUrl, user: String(user), ha1: ha1(String(user)), ...(behaviour === undefined ? {} : { behaviour }) };
}

async function provision(user: Extension): Promise<void> {
  const account: PhoneAccount = {
    id: String(user),
    userName: String(user),
    extension: String(user),
    transport: transports[user],
    codecs: ['opus', 'ulaw'],
    ha1: ha1(String(user)),
    callerName: `User ${user}`,
  };
  const objects = phoneObjects(account);
  for (const kind of ['auth', 'aor', 'endpoint'] as const) {
    const fields = objects[kind].map(([attribute, value]) => ({ attribute, value }));
    const { status, body } = await asterisk.ari('PUT', `asterisk/config/dynamic/res_pjsip/${kind}/${user}`, { fields });
    expect(status, JSON.stringify(body)).toBe(200);
  }
}

/** A caller that has dialled `9<callee>`, and the callee's phone with this behaviour. */
async function callPhone(behaviour: Behaviour): Promise<{ caller: Phone; callee: Phone }> {
  const callee = await box.register(options(1002, behaviour));
  const caller = box.make(options(1001));
  await caller.dial('91002');
  return { caller, callee };
}

beforeAll(async () => {
  asterisk = await startAsterisk({ extra: { 'extensions.conf': dialplan } });
  for (const user of [1001, 1002, 1003, 1004, 1005] as const) await provision(user);
}, 120_000);

afterEach(async () => {
  await box.closeAll();
  await until('Asterisk has no channel left', async () => (await asterisk.channels()).length === 0);
});

afterAll(() => asterisk?.stop());

describe('simulated phones', () => {
  it.each([1003, 1004, 1005] as const)(
    'given_an_endpoint_of_any_kind_when_%s_calls_and_is_called_then_both_talk',
    async (user) => {
      const one = await box.register(options(user, { kind: 'answer', afterMs: 0 }));
      const other = await box.register(options(1002, { kind: 'answer', afterMs: 0 }));
      await one.dial('91002');
      await waitFor(one, 'answered');
      expect((await waitFor(other, 'incoming')).from).toEqual({ number: String(user), name: `User ${user}` });
      one.calls[0]?.hangUp();
      expect((await waitFor(other, 'ended')).end.by).toBe('them');

      await other.dial(`9${user}`);
      await waitFor(one, 'answered', 2);
      await waitFor(other, 'answered', 2);
      one.calls[1]?.hangUp();
      expect((await waitFor(one, 'ended', 2)).end.by).toBe('us');
      const end = (await waitFor(other, 'ended', 2)).end;
      expect(end).toEqual({ by: 'them', sip: null, reasons: [{ protocol: 'Q.850', cause: 16, text: null }] });
    },
  );

  it.each([
    [486, 486],
    [480, 480],
    [404, 404],
    [503, 503],
    // Q.850 cause 21, call rejected, is 403 on the way back (RFC 3398 §8.2.6.1).
    [603, 403],
  ])('given_a_phone_that_declines_with_%i_when_called_then_the_caller_gets_%i', async (sip, atCaller) => {
    const { caller, callee } = await callPhone({ kind: 'decline', sip, afterMs: 0 });
    expect((await waitFor(callee, 'declined')).sip).toBe(sip);
    const end = (await waitFor(caller, 'ended')).end;
    expect(end).toMatchObject({ by: 'them', sip: atCaller });
  });

  it('given_a_phone_that_ignores_when_called_then_it_rings_until_it_is_cancelled', async () => {
    const { caller, callee } = await callPhone({ kind: 'ignore' });
    expect((await waitFor(caller, 'heard-ringing')).sip).toBe(180);
    const cancelled = await waitFor(callee, 'cancelled');
    expect(isAnsweredElsewhere(cancelled.reasons)).toBe(false);
    expect(callee.events.map(({ type }) => type)).toEqual(['connected', 'registered', 'incoming', 'rang', 'cancelled']);
    await waitFor(caller, 'ended');
  });

  it('given_a_silent_phone_when_called_then_no_ringing_is_heard_and_it_is_cancelled', async () => {
    const { caller, callee } = await callPhone({ kind: 'silent' });
    await waitFor(callee, 'cancelled');
    await waitFor(caller, 'ended');
    expect(caller.events.map(({ type }) => type)).not.toContain('heard-ringing');
    expect(callee.events.map(({ type }) => type)).not.toContain('rang');
  });

  it('given_a_phone_that_only_progresses_when_called_then_the_caller_hears_183_and_no_180', async () => {
    const { caller, callee } = await callPhone({ kind: 'progress-only' });
    await waitFor(callee, 'cancelled');
    await waitFor(caller, 'ended');
    const heard = caller.events.flatMap((event) => (event.type === 'heard-ringing' ? [event.sip] : []));
    expect(heard).toEqual([183]);
  });

  it('given_a_phone_that_redirects_when_called_then_asterisk_sees_the_302_and_does_not_follow_it', async () => {
    const third = await box.register(options(1003, { kind: 'answer', afterMs: 0 }));
    const { caller, callee } = await callPhone({ kind: 'redirect', to: '91003' });
    expect((await waitFor(callee, 'declined')).sip).toBe(302);
    await waitFor(caller, 'ended');
    expect(third.calls).toEqual([]);
  });

  it('given_a_phone_in_the_hands_of_a_test_when_it_rings_progresses_and_answers_then_each_step_is_seen', async () => {
    const { caller, callee } = await callPhone({ kind: 'manual' });
    await waitFor(callee, 'incoming');
    const call = callee.calls[0];
    if (call?.direction !== 'in') throw new Error('there is no incoming call');
    expect(call.headers('User-Agent')[0]).toContain('Asterisk');
    call.ring();
    expect((await waitFor(caller, 'heard-ringing')).sip).toBe(180);
    call.answer();
    await waitFor(caller, 'answered');
    call.hangUp();
    await waitFor(caller, 'ended');
    expect(call.state).toBe('ended');
    expect(call.end?.by).toBe('us');
  });

  it('given_two_phones_ringing_when_one_answers_then_the_other_is_told_answered_elsewhere', async () => {
    const winner = await box.register(options(1002, { kind: 'answer', afterMs: 200 }));
    const loser = await box.register(options(1003, { kind: 'ignore' }));
    const caller = box.make(options(1001));
    await caller.dial('99');
    await waitFor(winner, 'answered');
    expect(isAnsweredElsewhere((await waitFor(loser, 'cancelled')).reasons)).toBe(true);
  });

  it('given_a_behaviour_changed_between_two_calls_when_called_again_then_the_new_one_counts', async () => {
    const { caller, callee } = await callPhone({ kind: 'decline', sip: 486, afterMs: 0 });
    await waitFor(caller, 'ended');
    callee.behaviour = { kind: 'answer', afterMs: 0, ringAfterMs: null };
    await caller.dial('91002');
    await waitFor(caller, 'answered', 2);
    expect(callee.events.some((event) => event.type === 'rang' && event.call === 2)).toBe(false);
  });

  it('given_a_caller_who_hangs_up_while_it_rings_when_cancelled_then_both_sides_are_over', async () => {
    const { caller, callee } = await callPhone({ kind: 'ignore' });
    await waitFor(caller, 'heard-ringing');
    caller.calls[0]?.hangUp();
    expect((await waitFor(caller, 'ended')).end).toMatchObject({ by: 'us', sip: 487 });
    await waitFor(callee, 'cancelled');
  });

  it('given_a_wrong_password_when_registering_then_it_is_refused_with_401', async () => {
    const phone = box.make({ ...options(1001), ha1: ha1('somebody-else') });
    await expect(phone.register()).rejects.toThrow('401');
    expect(phone.registered).toBe(false);
  });

  it('given_a_phone_that_unregisters_or_is_cut_when_asterisk_is_asked_then_it_has_no_contact', async () => {
    const state = async (): Promise<unknown> => {
      const { body } = await asterisk.ari('GET', 'endpoints/PJSIP/1002');
      return body !== null && typeof body === 'object' && 'state' in body ? body.state : body;
    };
    const phone = await box.register(options(1002));
    await until('online after REGISTER', async () => (await state()) === 'online');
    await phone.unregister();
    await until('offline after un-REGISTER', async () => (await state()) === 'offline');
    await phone.register();
    await until('online again', async () => (await state()) === 'online');
    phone.cut();
    await until('offline after the cut', async () => (await state()) === 'offline');
  });

  it('given_a_deaf_phone_when_called_then_it_hears_nothing_and_the_caller_gets_no_answer', async () => {
    const callee = await box.register(options(1002, { kind: 'answer', afterMs: 0 }));
    callee.deafen(true);
    const caller = box.make(options(1001));
    await caller.dial('91002');
    await waitFor(caller, 'ended');
    expect(callee.calls).toEqual([]);
    callee.cut();
  });

  it('given_a_registered_phone_when_asterisk_crashes_and_returns_then_the_phone_registers_by_itself', async () => {
    const phone = await box.register(options(1002, { kind: 'answer', afterMs: 0 }));
    await asterisk.kill9();
    await waitFor(phone, 'disconnected');
    expect(phone.registered).toBe(false);
    await asterisk.startAgain();
    // A REGISTER into an Asterisk that is just starting may stay without an answer for its whole 10 s.
    await until('registered again', () => phone.registered, 40_000);
    const caller = box.make(options(1001));
    await caller.dial('91002');
    await waitFor(caller, 'answered');
  }, 60_000);
});
