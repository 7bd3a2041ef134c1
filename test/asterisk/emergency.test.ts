import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Behaviour } from '../../src/phones/index.ts';
import { type LabCordboard, startCordboard } from '../lab/cordboard.ts';
import { waitUntil } from '../lab/deadline.ts';
import { type PortBlock, takePorts } from '../lab/ports.ts';
import { type Sipp, startSipp } from '../lab/sipp.ts';

const carrier = '127.0.0.2';
const answers: Behaviour = { kind: 'answer', afterMs: 200 };

describe('an emergency call, to SIPp as the carrier', () => {
  let lab: LabCordboard;
  let ports: PortBlock;
  let sipp: Sipp | null = null;
  beforeAll(async () => {
    ports = await takePorts(1);
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the dialplan fills it in, not we.
    lab = await startCordboard('', { render: ['--emergency-dial', 'PJSIP/${EXTEN}@trunk-red'] });
    const settings = { name: 'red', host: `${carrier}:${ports.ports[0]}`, qualifyS: 0, codecs: ['ulaw'], maxCalls: 1 };
    await lab.api('POST', '/v1/trunks', settings);
  }, 60_000);
  afterEach(async () => {
    await sipp?.stop();
    await lab.expectQuiet();
  });
  afterAll(async () => {
    await lab?.stop();
    ports?.release();
  });

  /** A user who may dial nothing at all, at a site with an address; resolves when Asterisk was told. */
  async function userAt(site: string) {
    const team = await lab.team([answers]);
    const [agent] = team.agents;
    if (agent === undefined) throw new Error('there is no agent');
    await lab.api('PUT', `/v1/sites/${site}`, {
      callback: '+33170000077',
      location: '12 rue de la Paix, 3rd floor: Paris',
      locationUri: 'https://lis.example.net/paris',
      users: [agent.name],
    });
    const key = `cordboard/fallback/emergency ${agent.extension}/uri`;
    await waitUntil(
      async () => (await lab.asterisk.rx(`database get ${key}`)).includes('https://lis.example.net/paris'),
      'Asterisk to be told of the site',
    );
    return agent;
  }

  /** Dials 112 and gives back the INVITE that the carrier saw. */
  async function calls112(agent: Awaited<ReturnType<typeof userAt>>): Promise<string> {
    sipp = await startSipp({
      ...{ scenario: 'phone-waits-for-bye', user: 'red', to: lab.asterisk.ports.sip },
      ...{ address: carrier, port: ports.ports[0] ?? 0 },
    });
    const call = await agent.phone.dial('112');
    const [invite = ''] = await sipp.saw(/INVITE sip:112@[\s\S]*?Content-Type/);
    await waitUntil(() => call.state === 'answered', 'the call to be answered');
    call.hangUp();
    await sipp.done();
    return invite;
  }

  /** The calls that Asterisk keeps for a daemon that has not told of them. */
  async function traces(): Promise<readonly string[]> {
    const shown = await lab.asterisk.rx('database show cordboard/emergency');
    return shown.split('\n').filter((line) => line.startsWith('/cordboard/emergency/'));
  }

  function expectPlace(invite: string): void {
    expect(invite).toMatch(/From: .*\+33170000077/);
    expect(invite).toMatch(/X-Emergency-Location: 12 rue de la Paix, 3rd floor: Paris/);
    expect(invite).toMatch(/Geolocation: <https:\/\/lis\.example\.net\/paris>/);
  }

  test('given_a_user_who_may_dial_nothing_when_112_is_dialled_then_it_goes_out_with_place_and_callback_and_an_alarm_is_raised', async () => {
    const agent = await userAt('paris');
    expectPlace(await calls112(agent));
    const fact = await lab.fact('emergency-called', { user: agent.name });
    expect(fact).toMatchObject({ phone: agent.extension, dialled: '112' });
    expect(fact.dialledAt).toBeNull();
    await lab.fact('alarm-raised', { alarm: 'emergency-call', about: agent.name });
    await waitUntil(async () => (await traces()).length === 0, 'the trace to be removed');
    expect(lab.facts().map(({ type }) => type)).not.toContain('call-arrived');
  });

  test('given_the_daemon_is_dead_when_112_is_dialled_then_it_goes_out_and_the_alarm_is_raised_when_it_is_back', async () => {
    const agent = await userAt('lyon');
    await lab.kill9();
    const before = Date.now();
    expectPlace(await calls112(agent));
    expect(await traces()).toHaveLength(1);
    await lab.serve();
    const fact = await lab.fact('emergency-called', { user: agent.name });
    expect(fact).toMatchObject({ phone: agent.extension, dialled: '112' });
    // Asterisk's own time, in whole seconds.
    expect(Math.abs((fact.dialledAt ?? 0) - before)).toBeLessThan(60_000);
    await lab.fact('alarm-raised', { alarm: 'emergency-call', about: agent.name });
    await waitUntil(async () => (await traces()).length === 0, 'the trace to be removed');
  });
});
