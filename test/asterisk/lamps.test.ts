import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createPhone } from '../../src/phones/index.ts';
import type { MailboxView } from '../../src/protocol/mailboxes.ts';
import type { PhoneSaved } from '../../src/protocol/phones.ts';
import { type LabCordboard, startCordboard } from '../lab/cordboard.ts';
import { waitUntil } from '../lab/deadline.ts';
import { type Lamp, watchLamp } from '../lab/lamp.ts';
import { hearMessages, type MessageLamp, watchMessages } from '../lab/messages.ts';

describe('lamps, on a real Asterisk with real subscriptions', () => {
  let lab: LabCordboard;
  const lamps: (Lamp | MessageLamp)[] = [];
  beforeAll(async () => {
    lab = await startCordboard();
  });
  afterEach(async () => {
    for (const lamp of lamps.splice(0)) await lamp.close();
    await lab.expectQuiet();
  });
  afterAll(() => lab?.stop());

  /** A further user's phone with a lamp for `extension`. */
  async function lampOf(extension: string): Promise<Lamp> {
    await lab.api('POST', '/v1/users', { username: 'boss', name: 'Boss', extension: '1990' });
    const access = await lab.api<{ ha1: string; wsUrl: string }>('POST', '/v1/users/boss/phone-access');
    const lamp = await watchLamp({ ...access, user: '1990', extension });
    lamps.push(lamp);
    return lamp;
  }

  const shows = (lamp: Lamp, state: string) =>
    waitUntil(() => lamp.shown.at(-1) === state, `the lamp to show ${state}`).catch((error: Error) => {
      throw new Error(`${error.message}; it showed ${lamp.shown.join(', ')}`);
    });

  test('given_a_lamp_for_an_extension_when_its_phone_rings_and_talks_then_it_blinks_and_is_on_and_off_again', async () => {
    const { extension, agents } = await lab.team([{ kind: 'manual' }], { strategy: 'linear', wrapUpMs: 0 });
    const [agent] = agents;
    if (!agent) throw new Error('a team without an agent');
    const lamp = await lampOf(agent.extension);
    await shows(lamp, 'terminated');
    const call = await (await lab.stranger()).dial(extension);
    const incoming = await waitUntil(() => agent.phone.calls[0] ?? false, 'the phone to be called');
    if ('ring' in incoming) incoming.ring();
    await shows(lamp, 'early');
    if ('answer' in incoming) incoming.answer();
    await shows(lamp, 'confirmed');
    call.hangUp();
    await shows(lamp, 'terminated');
    expect(lamp.shown).toEqual(expect.arrayContaining(['early', 'confirmed', 'terminated']));
  });

  test('given_a_lamp_for_a_group_when_somebody_waits_in_it_then_it_blinks_until_they_are_answered', async () => {
    const { extension, agents } = await lab.team([{ kind: 'manual' }], { strategy: 'linear', wrapUpMs: 0 });
    const lamp = await lampOf(extension);
    await shows(lamp, 'terminated');
    const call = await (await lab.stranger()).dial(extension);
    await shows(lamp, 'early');
    const incoming = await waitUntil(() => agents[0]?.phone.calls[0] ?? false, 'the phone to be called');
    if ('answer' in incoming) incoming.answer();
    await shows(lamp, 'terminated');
    call.hangUp();
  });

  test('given_a_user_with_two_phones_when_they_talk_on_the_second_then_the_lamp_of_their_extension_is_on', async () => {
    const { extension, agents } = await lab.team([{ kind: 'ignore' }], { strategy: 'linear', wrapUpMs: 0 });
    const [agent] = agents;
    if (!agent) throw new Error('a team without an agent');
    const mobile = await lab.api<PhoneSaved>('POST', `/v1/users/${agent.name}/phones`, {
      label: 'mobile',
      transport: 'ws',
    });
    const { wsUrl } = await lab.api<{ wsUrl: string }>('POST', `/v1/users/${agent.name}/phone-access`);
    const lamp = await lampOf(agent.extension);
    const second = createPhone({
      wsUrl,
      user: mobile.phone.id,
      password: mobile.sip?.password ?? '',
      behaviour: { kind: 'answer', afterMs: 300 },
    });
    await second.register();
    await lab.fact('agent-reachable', { agent: agent.name, reachable: true });
    await agent.phone.unregister();
    const call = await (await lab.stranger()).dial(extension);
    await lab.fact('call-connected', { user: agent.name });
    await shows(lamp, 'confirmed');
    call.hangUp();
    await shows(lamp, 'terminated');
    await second.close();
  });

  /** Ana's phone, which comes by WebSocket, and the group 8001. */
  async function ana(settings: object = {}): Promise<{ wsUrl: string; user: string; ha1: string }> {
    await lab.api('POST', '/v1/users', { username: 'ana', name: 'Ana', extension: '1001', ...settings });
    await lab.api('POST', '/v1/groups', { name: 'desk', extension: '8001' });
    const access = await lab.api<{ ha1: string; wsUrl: string }>('POST', '/v1/users/ana/phone-access');
    return { ...access, user: '1001' };
  }
  const tells = (lamp: MessageLamp, summary: string) =>
    waitUntil(() => lamp.shown.at(-1) === summary, `the lamp to tell ${summary}`).catch((error: Error) => {
      throw new Error(`${error.message}; it told ${lamp.shown.join(', ')}`);
    });
  const say = (extension: string, newMessages: number, oldMessages: number) =>
    lab.api('PUT', `/v1/mailboxes/${extension}`, { newMessages, oldMessages });

  test('given_a_phone_that_subscribes_when_messages_come_and_go_then_it_is_told_each_time_and_no_channel_is_seen', async () => {
    const lamp = await watchMessages(await ana());
    lamps.push(lamp);
    await tells(lamp, 'no 0/0');
    await say('1001', 3, 1);
    await tells(lamp, 'yes 3/1');
    await say('1001', 0, 4);
    await tells(lamp, 'no 0/4');
    expect(lab.facts().filter(({ type }) => type === 'call-arrived')).toEqual([]);
  });

  test('given_a_phone_that_never_asks_when_messages_wait_for_it_or_its_group_then_it_is_told_unasked_and_again_when_it_registers', async () => {
    const who = await ana({ mailboxes: ['1001', '8001'] });
    const lamp = await hearMessages(who);
    await tells(lamp, 'no 0/0');
    await say('8001', 2, 0);
    await tells(lamp, 'yes 2/0');
    await lamp.close();
    const later = await hearMessages(who);
    lamps.push(later);
    await waitUntil(() => later.shown.includes('yes 2/0'), 'the phone to be told when it comes back');
  });

  test('given_messages_that_wait_when_asterisk_is_restarted_then_its_phones_are_told_again_and_a_new_owner_has_none', async () => {
    const who = await ana();
    await say('1001', 5, 0);
    await lab.asterisk.startAgain();
    const lamp = await watchMessages(who);
    await tells(lamp, 'yes 5/0');
    await lamp.close();
    await lab.api('DELETE', '/v1/users/ana');
    await lab.api('POST', '/v1/users', { username: 'ben', name: 'Ben', extension: '1001' });
    const access = await lab.api<{ ha1: string; wsUrl: string }>('POST', '/v1/users/ben/phone-access');
    const next = await watchMessages({ ...access, user: '1001' });
    lamps.push(next);
    await tells(next, 'no 0/0');
    const { mailboxes } = await lab.api<{ mailboxes: MailboxView[] }>('GET', '/v1/mailboxes');
    expect(mailboxes.filter(({ newMessages }) => newMessages > 0)).toEqual([]);
  });
});
