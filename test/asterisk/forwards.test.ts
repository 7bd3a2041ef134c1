import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Behaviour, OutgoingCall } from '../../src/phones/index.ts';
import { type Carrier, openCarrier } from '../lab/carrier.ts';
import { type FactOf, type LabCordboard, type Member, startCordboard } from '../lab/cordboard.ts';
import { waitUntil } from '../lab/deadline.ts';
import { readRows } from '../lab/live-rows.ts';

// Phones that forward (302), to the end: who is rung, who pays, and that Asterisk dials nothing by itself. SIPp is the carrier.
const answers: Behaviour = { kind: 'answer', afterMs: 300 };
const mobile = '0612345678';
const mobileE164 = '+33612345678';

describe('forwards, on a real Asterisk with real phones', () => {
  let lab: LabCordboard;
  let carrier: Carrier;
  beforeAll(async () => {
    lab = await startCordboard('numbering: { country: FR }');
    carrier = await openCarrier(lab);
  }, 60_000);
  afterEach(async () => {
    // The carrier is there to the last BYE: one that nobody answers is sent again, into the next test.
    await lab.expectQuiet();
    await carrier.hangUp();
  });
  afterAll(async () => {
    await lab?.stop();
    carrier?.release();
  });

  /** Changes something of the directory's; resolves when the engine knows. */
  async function change(path: string, body: Readonly<Record<string, unknown>>): Promise<void> {
    const before = lab.facts().at(-1)?.seq ?? 0;
    await lab.api('PATCH', path, body);
    await lab.fact('settings-applied', {}, before);
  }

  /** As many people with a phone as there are behaviours, in a group. */
  async function people(...behaviours: Behaviour[]): Promise<{ group: string; extension: string; all: Member[] }> {
    const { group, extension, agents } = await lab.team(behaviours);
    return { group, extension, all: [...agents] };
  }

  /** This one's phone forwards there from now on, and forwards of theirs are followed so far. */
  async function forwards(who: Member, to: string, policy: 'refuse' | 'internal' | 'outside'): Promise<void> {
    who.phone.behaviour = { kind: 'redirect', to };
    await change(`/v1/users/${who.name}`, { forwards: policy });
  }

  /** Somebody calls, and nobody is called for them elsewhere: the fact that says why. */
  async function refused(who: Member): Promise<FactOf<'forward-refused'>> {
    const before = lab.facts().at(-1)?.seq ?? 0;
    const call = await (await lab.stranger()).dial(who.extension);
    const fact = await lab.fact('forward-refused', {}, before);
    await waitUntil(() => call.state === 'ended', 'the caller to be told');
    expect(call.end?.sip).toBe(503);
    await lab.fact('call-ended', { call: fact.call, ending: 'failed' });
    const since = lab.facts().filter(({ seq }) => seq > before);
    expect(since.filter(({ type }) => type === 'trunk-tried' || type === 'forward-followed')).toEqual([]);
    return fact;
  }

  const talks = (call: OutgoingCall) => waitUntil(() => call.state === 'answered', 'the caller to be answered');

  test('given_no_policy_when_a_phone_forwards_then_nobody_is_called_there_and_it_is_told', async () => {
    const { all } = await people(answers, answers);
    const [ben, cleo] = all as [Member, Member];
    ben.phone.behaviour = { kind: 'redirect', to: cleo.extension };
    expect(await refused(ben)).toMatchObject({ user: ben.name, said: cleo.extension, why: 'policy', payer: null });
    expect(cleo.phone.calls).toEqual([]);
    expect(await lab.asterisk.log()).not.toMatch(/Local\//);
  });

  test('given_a_forward_to_a_colleague_when_it_is_followed_then_their_phone_rings_for_who_calls_and_they_talk', async () => {
    const { all } = await people(answers, answers, answers);
    const [ann, ben, cleo] = all as [Member, Member, Member];
    await forwards(ben, cleo.extension, 'internal');
    const call = await ann.phone.dial(ben.extension);
    await talks(call);
    const followed = await lab.fact('forward-followed', { user: ben.name });
    expect(followed).toMatchObject({ said: cleo.extension, to: { to: 'user', user: cleo.name } });
    expect(ann.phone.events.some(({ type }) => type === 'heard-ringing')).toBe(true);
    expect(cleo.phone.calls[0]).toMatchObject({ direction: 'in', from: { number: ann.extension } });
    await lab.fact('call-connected', { call: followed.call, user: cleo.name });
    call.hangUp();
    await lab.fact('call-ended', { call: followed.call, ending: 'completed', by: 'caller' });
    expect(ben.phone.calls).toHaveLength(1);
  });

  test('given_a_forward_to_a_group_when_it_is_followed_then_the_caller_waits_there_and_an_agent_has_them', async () => {
    const support = await people(answers);
    const { all } = await people(answers);
    const [ben] = all as [Member];
    await forwards(ben, support.extension, 'internal');
    const call = await (await lab.stranger()).dial(ben.extension);
    await talks(call);
    const followed = await lab.fact('forward-followed', { user: ben.name, said: support.extension });
    expect(followed.to).toEqual({ to: 'group', group: support.group });
    await lab.fact('call-queued', { queue: support.group });
    await lab.fact('call-connected', { user: support.all[0]?.name ?? '' });
    call.hangUp();
    await lab.fact('call-ended', { ending: 'completed' });
  });

  test('given_rights_when_a_forward_leads_outside_then_it_goes_out_on_the_account_of_whose_phone_it_is', async () => {
    const { all } = await people(answers, answers);
    const [ann, ben] = all as [Member, Member];
    const rights = { outbound: true, classes: ['mobile'], callerId: '+33170000002', maxCalls: 1 };
    await change(`/v1/outbound/user:${ben.name}`, rights);
    await forwards(ben, mobile, 'outside');
    const sipp = await carrier.play({ scenario: 'phone-waits-for-bye' });
    const call = await ann.phone.dial(ben.extension);
    await talks(call);
    const sent = await lab.fact('call-sent-out', { payer: ben.name, number: mobileE164, class: 'mobile' });
    await sipp.saw(/INVITE sip:\+33612345678@[\s\S]*?From: .*\+33170000002/);
    // While it talks ben has all the calls that he may have.
    expect(await refused(ben)).toMatchObject({ why: 'calls-at-once', payer: ben.name });
    await lab.fact('alarm-raised', { alarm: 'limit-reached', about: ben.name });
    call.hangUp();
    const { talkedMs } = await lab.fact('call-ended', { call: sent.call, ending: 'completed' });
    await sipp.done();
    const meters = readRows<{ id: string; talkedMs: number }>(lab.home, 'SELECT body FROM meters');
    expect(meters.find(({ id }) => id === ben.name)?.talkedMs).toBe(talkedMs);
    expect(meters.find(({ id }) => id === ann.name)?.talkedMs ?? 0).toBe(0);
  });

  test('given_no_right_to_a_number_when_a_forward_leads_there_then_nothing_is_dialled', async () => {
    const { all } = await people(answers, answers);
    const [ann, ben] = all as [Member, Member];
    // What the caller may dial does not matter.
    await change(`/v1/outbound/user:${ann.name}`, { outbound: true, classes: ['mobile', 'international'] });
    await forwards(ben, mobile, 'outside');
    expect(await refused(ben)).toMatchObject({ why: 'no-rights', payer: ben.name });
    await change(`/v1/outbound/user:${ben.name}`, { outbound: true, classes: ['mobile'] });
    await forwards(ben, '0049301234567', 'outside');
    expect(await refused(ben)).toMatchObject({ why: 'class', payer: ben.name });
    await forwards(ben, mobile, 'internal');
    expect(await refused(ben)).toMatchObject({ why: 'policy', payer: null });
  });

  test('given_two_phones_that_forward_to_each_other_when_one_is_called_then_the_circle_ends', async () => {
    const { all } = await people(answers, answers);
    const [ben, cleo] = all as [Member, Member];
    await forwards(ben, cleo.extension, 'internal');
    await forwards(cleo, ben.extension, 'internal');
    const call = await (await lab.stranger()).dial(ben.extension);
    await waitUntil(() => call.state === 'ended', 'the caller to be told');
    expect(await lab.fact('forward-refused')).toMatchObject({ user: cleo.name, why: 'loop' });
    expect([ben.phone.calls.length, cleo.phone.calls.length]).toEqual([1, 1]);
    await forwards(ben, ben.extension, 'internal');
    expect(await refused(ben)).toMatchObject({ why: 'loop' });
  });

  test.each([
    ['a feature code', '*8', '*8', 'no-number'],
    ['a function of the dialplan', 'sip:%24%7BSHELL(touch%20x)%7D@h', '??SHELL?touch?x??', 'no-number'],
    ['lines of AMI', 'sip:1%0D%0AAction%3A%20Originate@h', '1??Action??Originate', 'no-number'],
    ['quotes and commas', 'sip:%221,%272%22@h', '?1??2?', 'no-number'],
    ['an emoji', 'sip:%F0%9F%98%80@h', '??', 'no-number'],
    ['4 KB of digits', `sip:${'9'.repeat(4_000)}@h`, '9'.repeat(79), 'nobody'],
    ['nobody at a host', 'sip:evil.example', null, 'no-number'],
    ['an emergency number', '112', '112', 'nobody'],
    ['a channel of Asterisk', 'sip:Local;x=1@from-sip', 'Local?x?1', 'no-number'],
  ])('given_a_forward_to_%s_when_it_comes_then_it_is_data_and_nobody_is_called', async (_, to, said, why) => {
    const { all } = await people(answers);
    const [ben] = all as [Member];
    await change(`/v1/outbound/user:${ben.name}`, { outbound: true, classes: ['national', 'mobile', 'premium'] });
    await forwards(ben, to, 'outside');
    expect(await refused(ben)).toMatchObject({ said, why });
  });

  test('given_a_host_of_its_own_in_a_forward_when_it_is_followed_then_only_the_number_counts', async () => {
    const { all } = await people(answers, answers);
    const [ben, cleo] = all as [Member, Member];
    await forwards(ben, `sip:${cleo.extension}@evil.example:5061;transport=tcp`, 'internal');
    const call = await (await lab.stranger()).dial(ben.extension);
    await talks(call);
    await lab.fact('call-connected', { user: cleo.name });
    call.hangUp();
  });

  test('given_a_daemon_that_dies_while_a_forwarded_call_rings_when_it_is_back_then_the_call_is_answered', async () => {
    const { all } = await people(answers, { kind: 'answer', afterMs: 6_000 });
    const [ben, cleo] = all as [Member, Member];
    await forwards(ben, cleo.extension, 'internal');
    const call = await (await lab.stranger()).dial(ben.extension);
    await waitUntil(() => cleo.phone.calls.length === 1, 'the colleague to be rung');
    await lab.kill9();
    await lab.serve();
    await talks(call);
    await lab.fact('call-connected', { user: cleo.name });
    call.hangUp();
  });
});
