import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { PhoneSaved } from '../../src/protocol/phones.ts';
import type { UserSaved } from '../../src/protocol/users.ts';
import { type BrowserPhone, type LabBrowser, loopbackCandidate, openBrowser } from '../lab/browser/browser.ts';
import { type LabCordboard, startCordboard } from '../lab/cordboard.ts';
import { waitUntil } from '../lab/deadline.ts';
import { createVoicePhone, type VoicePhone } from '../lab/voice/phone.ts';
import { createToneVoice, type ToneVoice } from '../lab/voice/tone.ts';

// A phone in a real Chromium: SIP.js over WSS with our own certificate, DTLS-SRTP, and opus, which Asterisk changes into the
// μ-law of the caller's desk phone. Both speak a tone, and each must hear the other's.
const browserHz = 700;
const callerHz = 440;

// Nobody is there: what counts is what the browser is told.
const turnSecret = 'nobody-is-told-of-this';
const iceServers = `sip:
  ice-servers:
    - urls: ['stun:127.0.0.1:9']
    - urls: ['turn:127.0.0.1:9?transport=udp']
      shared-secret-file: secrets/turn-shared`;

let lab: LabCordboard;
let chromium: LabBrowser;
let caller: VoicePhone;
let callerVoice: ToneVoice;
const pages: BrowserPhone[] = [];

beforeAll(async () => {
  const configure = async (folder: string): Promise<void> => {
    await writeFile(join(folder, '../../secrets/turn-shared'), `${turnSecret}\n`);
  };
  [lab, chromium] = await Promise.all([
    startCordboard(iceServers, { render: loopbackCandidate(), configure }),
    openBrowser(),
  ]);
});
afterEach(async () => {
  for (const page of pages.splice(0)) await page.close();
  await caller?.close();
  await lab.expectQuiet();
});
afterAll(async () => {
  await chromium?.close();
  await lab?.stop();
});

/** An agent with a phone in a browser, signed in and alone in the group 8001, and a caller's desk phone. */
async function team(withIce = false): Promise<BrowserPhone> {
  const ben = { username: 'ben', name: 'Ben', extension: '1002', transport: 'udp', codecs: ['ulaw'] };
  const { sip } = await lab.api<UserSaved>('POST', '/v1/users', ben);
  if (sip === null) throw new Error('there are no credentials');
  callerVoice = createToneVoice(callerHz);
  const { host, port, user, password } = sip;
  caller = createVoicePhone({ transport: 'udp', host, port, user, password, voice: callerVoice });
  await caller.register();
  await lab.api('POST', '/v1/users', { username: 'ana', name: 'Ana', extension: '1001', transport: 'wss' });
  await lab.api('POST', '/v1/groups', { name: 'team', extension: '8001' });
  await lab.api('POST', '/v1/groups/team/members', { users: ['ana'] });
  await lab.api('POST', '/v1/agents/ana/sign-in', {});
  const page = await signedIn(withIce);
  await lab.fact('agent-reachable', { agent: 'ana', reachable: true });
  return page;
}

/** A page that has signed in as Ana's phone, with the secret of this sign-in. */
async function signedIn(withIce = false): Promise<BrowserPhone> {
  const { sip } = await lab.api<PhoneSaved>('POST', '/v1/phones/1001/sign-in');
  if (sip === null) throw new Error('there are no credentials');
  const page = await chromium.open();
  pages.push(page);
  await page.register({ ...sip, hz: browserHz, iceServers: withIce ? sip.iceServers : [] });
  return page;
}

async function expectBothHear(page: BrowserPhone): Promise<void> {
  await waitUntil(() => callerVoice.shareOf(browserHz) > 0.8, 'the caller to hear the browser');
  await waitUntil(async () => {
    const { hz, aboveDb } = await page.hears();
    return Math.abs(hz - callerHz) < 12 && aboveDb > 40;
  }, 'the browser to hear the caller').catch(async (error: Error) => {
    throw new Error(`${error.message}; it hears ${JSON.stringify(await page.hears())}`);
  });
}

test('given_an_agent_in_a_browser_when_a_call_of_the_queue_is_offered_and_answered_then_both_hear_each_other', async () => {
  const page = await team();
  await caller.dial('8001');
  await waitUntil(async () => (await page.rang()) === 1, 'the browser to ring');
  await page.answer();
  await lab.fact('call-connected', { user: 'ana' });
  await expectBothHear(page);
  expect(await page.peer()).toEqual({ servers: [], state: 'connected' });
  await caller.hangUp();
  await waitUntil(async () => (await page.state()) === 'Terminated', 'the browser to hear that it is over');
  await lab.fact('call-ended', { ending: 'completed' });
});

test('given_an_agent_in_a_browser_when_they_dial_and_hang_up_then_both_heard_each_other_and_the_call_is_over', async () => {
  const page = await team();
  const dialled = page.dial('1002');
  await caller.rings();
  await caller.answer();
  await dialled;
  await expectBothHear(page);
  await page.hangUp();
  await caller.stops();
  await lab.fact('call-ended', { ending: 'completed' });
});

test('given_stun_and_turn_servers_when_a_browser_signs_in_and_talks_then_it_has_them_with_a_user_of_its_own_and_the_log_has_no_secret', async () => {
  const page = await team(true);
  await caller.dial('8001');
  await waitUntil(async () => (await page.rang()) === 1, 'the browser to ring');
  await page.answer();
  await expectBothHear(page);
  const { servers } = await page.peer();
  expect(servers).toMatchObject([
    { urls: ['stun:127.0.0.1:9'] },
    { urls: ['turn:127.0.0.1:9?transport=udp'], username: expect.stringMatching(/^\d{10}:1001$/) },
  ]);
  const { credential = '' } = (servers[1] ?? {}) as { credential?: string };
  expect(credential).toMatch(/^[A-Za-z0-9+/]{27}=$/);
  expect(JSON.stringify(servers) + lab.output()).not.toContain(turnSecret);
  expect(lab.output()).not.toContain(credential);
  await caller.hangUp();
  await lab.fact('call-ended', { ending: 'completed' });
});

test('given_a_second_sign_in_in_another_page_when_a_call_is_offered_then_the_new_page_rings_and_the_old_secret_is_worth_nothing', async () => {
  const old = await team();
  const { sip } = await lab.api<PhoneSaved>('POST', '/v1/phones/1001/sign-in');
  const page = await signedIn();
  await caller.dial('8001');
  await waitUntil(async () => (await page.rang()) === 1, 'the new page to ring');
  expect(await old.rang()).toBe(0);
  await page.answer();
  await lab.fact('call-connected', { user: 'ana' });
  const third = await chromium.open();
  pages.push(third);
  await expect(third.register({ ...present(sip), hz: browserHz, iceServers: [] })).rejects.toThrow('REGISTER: 401');
  await caller.hangUp();
  await lab.fact('call-ended', { ending: 'completed' });
});

test('given_an_agent_in_a_browser_when_the_tab_is_closed_then_the_phone_is_gone_at_once_and_nobody_is_offered_a_call_there', async () => {
  const page = await team();
  await page.close();
  await lab.fact('agent-reachable', { agent: 'ana', reachable: false });
  expect(await lab.asterisk.rx('pjsip show contacts')).not.toMatch(/\b1001\/sip/);
});

function present<T>(value: T | null): T {
  if (value === null) throw new Error('there are no credentials');
  return value;
}
