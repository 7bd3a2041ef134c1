import { execFile } from 'node:child_process';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LabAsterisk, startAsterisk } from '../lab/asterisk.ts';
import { takePorts } from '../lab/ports.ts';
import { makeScratch, removeScratch } from '../lab/scratch.ts';

const script = fileURLToPath(new URL('../../scripts/asterisk', import.meta.url));

type Ran = { readonly code: number; readonly out: string; readonly err: string };

const run = (args: readonly string[], env: Record<string, string> = {}): Promise<Ran> =>
  new Promise((resolve) => {
    execFile(script, args, { env: { ...process.env, ...env } }, (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? 1 : 0, out, err }),
    );
  });

describe('render', () => {
  let home: string;
  const conf = (name: string): Promise<string> => readFile(join(home, 'asterisk/etc', name), 'utf8');

  beforeAll(async () => {
    home = makeScratch('render');
    expect((await run(['install'])).code).toBe(0);
    expect((await run(['render', '--home', home, '--sip-port', '5999', '--rtp', '15000-15099'])).code).toBe(0);
  }, 120_000);
  afterAll(() => removeScratch(home));

  test('given_a_fresh_home_when_rendered_then_every_value_is_filled_in_and_the_includes_are_there', async () => {
    for (const name of await readdir(join(home, 'asterisk/etc'))) {
      const text = await conf(name);
      expect(text, name).not.toMatch(/;= |@[A-Z_0-9]+@|change-me/);
      for (const [, included] of text.matchAll(/^#include (\S+)/gm)) expect(await conf(included ?? '')).not.toBe('');
    }
    expect(await conf('pjsip.conf')).toContain('bind = 127.0.0.1:5999');
    expect(await conf('rtp.conf')).toMatch(/rtpstart = 15000\nrtpend = 15099/);
  });

  test('given_a_fresh_home_when_rendered_then_secrets_are_one_line_and_only_the_owner_can_read_them', async () => {
    for (const [name, file] of [
      ['ari', 'ari.conf'],
      ['ami', 'manager.conf'],
    ] as const) {
      const path = join(home, 'secrets', name);
      const secret = await readFile(path, 'utf8');
      expect(secret).toMatch(/^[0-9a-f]{48}\n$/);
      expect((await stat(path)).mode & 0o777).toBe(0o600);
      expect(await conf(file)).toContain(`= ${secret.trim()}\n`);
      expect((await stat(join(home, 'asterisk/etc', file))).mode & 0o077).toBe(0);
    }
    expect(await readFile(join(home, 'asterisk/rendered'), 'utf8')).not.toContain('SECRET');
  });

  test('given_phones_outside_when_rendered_then_each_transport_says_the_outer_address_to_them_and_a_half_answer_is_refused', async () => {
    const outside = makeScratch('render');
    const nat = ['--external-address', '192.0.2.10', '--local-net', '198.51.100.0/24,203.0.113.0/24'];
    const turn = [
      '--stun',
      'stun.example.net:3478',
      '--turn',
      'turn.example.net',
      '--turn-user',
      'cb',
      '--turn-secret',
      'hush',
    ];
    expect(await run(['render', '--home', outside, ...nat, ...turn])).toMatchObject({ code: 0 });
    // What is not said the second time stays, and the secret is in no list.
    expect(await run(['render', '--home', outside])).toMatchObject({ code: 0 });
    const text = (name: string) => readFile(join(outside, 'asterisk/etc', name), 'utf8');
    const pjsip = await text('pjsip.conf');
    for (const name of ['udp', 'tcp', 'tls', 'ws', 'wss']) {
      const section = pjsip.split(`[transport-${name}]`)[1]?.split('\n[')[0];
      expect([name, section]).toEqual([name, expect.stringContaining('external_media_address = 192.0.2.10\n')]);
      expect(section).toContain('external_signaling_address = 192.0.2.10\n');
      expect(section).toContain('local_net = 198.51.100.0/24,203.0.113.0/24\n');
    }
    expect(await text('rtp.conf')).toMatch(
      /stunaddr = stun\.example\.net:3478\nturnaddr = turn\.example\.net\nturnusername = cb\nturnpassword = hush\n/,
    );
    expect(await readFile(join(outside, 'asterisk/rendered'), 'utf8')).not.toContain('hush');
    expect((await stat(join(outside, 'secrets/turn'))).mode & 0o777).toBe(0o600);
    const half = await run(['render', '--home', join(outside, 'other'), '--external-address', '192.0.2.10']);
    expect(half).toMatchObject({ code: 2, err: expect.stringContaining('EXTERNAL_ADDRESS without LOCAL_NET') });
    const wrong = await run(['render', '--home', join(outside, 'other'), '--local-net', 'home']);
    expect(wrong).toMatchObject({ code: 2, err: expect.stringContaining('LOCAL_NET must be networks') });
    removeScratch(outside);
  });

  test('given_a_rendered_home_when_rendered_again_then_secrets_certificate_and_values_stay', async () => {
    const kept = async (): Promise<string[]> =>
      Promise.all(
        ['secrets/ari', 'secrets/ami', 'certs/cert.pem', 'asterisk/etc/pjsip.conf'].map((file) =>
          readFile(join(home, file), 'utf8'),
        ),
      );
    const before = await kept();
    expect((await run(['render', '--home', home])).code).toBe(0);
    expect(await kept()).toEqual(before);
  });

  test('given_emergency_options_when_rendered_then_the_numbers_and_the_target_are_theirs_and_off_leaves_none', async () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the dialplan fills it in, not we.
    const target = 'PJSIP/${EXTEN}@a&b*\\1';
    await run(['render', '--home', home, '--emergency-numbers', '110 0110', '--emergency-dial', target]);
    const text = await conf('extensions_emergency.conf');
    expect([...text.matchAll(/^exten => (\d+),/gm)].map((match) => match[1])).toEqual(['110', '0110']);
    expect(text).toContain(`Set(CB_FIRST=${target})`);
    const off = await run(['render', '--home', home, '--emergency-numbers', 'off', '--emergency-dial', '']);
    expect(off.err).toBe('');
    expect(await conf('extensions_emergency.conf')).not.toMatch(/^exten => \d/m);
    const without = await run(['render', '--home', home, '--emergency-numbers', '112']);
    expect(without.err).toContain('emergency calls (112) have no target');
  });

  test('given_wrong_values_when_rendered_then_all_of_them_are_named_and_it_exits_2', async () => {
    const ran = await run(['render', '--home', home, '--sip-port', '70000', '--rtp', '9-8'], {
      CORDBOARD_AMI_PORT: 'x',
    });
    expect(ran.code).toBe(2);
    expect(ran.err).toMatch(/SIP_PORT[\s\S]*"70000"/);
    expect(ran.err).toMatch(/AMI_PORT[\s\S]*"x"/);
    expect(ran.err).toMatch(/RTP[\s\S]*"9-8"/);
    expect((await run(['render', '--home', home, '--sip-prot', '1'])).err).toContain('--sip-prot');
  });

  test('given_fragments_when_rendered_then_each_is_appended_to_its_file', async () => {
    const extra = makeScratch('extra');
    await writeFile(join(extra, 'queues.conf'), '[q]\n');
    await writeFile(join(extra, 'modules.conf'), 'load = app_queue.so\n');
    expect((await run(['render', '--home', home, '--extra', extra])).code).toBe(0);
    expect(await conf('queues.conf')).toContain('[q]');
    expect(await conf('modules.conf')).toMatch(/autoload = no[\s\S]*load = app_queue\.so/);
    removeScratch(extra);
  });

  test('given_no_asterisk_running_when_stopped_or_asked_then_stop_is_content_and_status_exits_3', async () => {
    expect(await run(['stop', '--home', home])).toMatchObject({ code: 0, err: '' });
    expect((await run(['status', '--home', home])).code).toBe(3);
    expect((await run(['rx', '--home', home, 'core show uptime'])).code).toBe(1);
  });

  test('given_no_time_to_start_when_started_then_it_fails_and_no_Asterisk_is_left_running', async () => {
    const block = await takePorts(5);
    const flags = ['sip', 'tls', 'http', 'https', 'ami'].flatMap((name, i) => [`--${name}-port`, `${block.ports[i]}`]);
    expect((await run(['render', '--home', home, '--extra', '', ...flags])).code).toBe(0);
    const ran = await run(['start', '--home', home], { CORDBOARD_BOOT_SECONDS: '0' });
    block.release();
    expect(ran).toMatchObject({ code: 1, err: expect.stringContaining('not ready after 0 s, and was stopped') });
    const etc = join(home, 'asterisk/etc/asterisk.conf');
    const processes = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
    const lines = processes.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''));
    expect((await Promise.all(lines)).filter((line) => line.includes(etc))).toEqual([]);
  }, 60_000);

  test('given_a_taken_port_when_started_then_the_port_and_its_holder_are_named_and_nothing_runs', async () => {
    const block = await takePorts(5);
    const server = createServer().listen(block.ports[2], '127.0.0.1');
    const [sip, tls, http, https, ami] = block.ports.map(String) as [string, string, string, string, string];
    await run([
      'render',
      '--home',
      home,
      '--extra',
      '',
      '--sip-port',
      sip,
      '--tls-port',
      tls,
      '--http-port',
      http,
      '--https-port',
      https,
      '--ami-port',
      ami,
    ]);
    const ran = await run(['start', '--home', home]);
    expect(ran.code).toBe(1);
    expect(ran.err).toContain(`port ${http} (HTTP, tcp) is taken by pid ${process.pid} (`);
    expect((await run(['status', '--home', home])).code).toBe(3);
    server.close();
    block.release();
  });
});

describe('a running Asterisk', () => {
  let lab: LabAsterisk;
  beforeAll(async () => {
    lab = await startAsterisk();
  }, 60_000);
  afterAll(() => lab?.stop());

  /** The status of an ARI request that comes from this address of the machine. */
  const ariStatus = (localAddress: string, port: number): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      request(
        { host: '127.0.0.1', port, localAddress, path: '/ari/asterisk/info', auth: `cordboard:${lab.ariSecret}` },
        (response) => {
          response.resume();
          resolve(response.statusCode);
        },
      )
        .on('error', reject)
        .end();
    });

  test('given_a_start_when_its_log_is_read_then_it_has_no_error_and_no_warning', async () => {
    expect(await lab.log()).not.toMatch(/ERROR|WARNING/);
  });

  test('given_the_five_transports_when_asked_for_then_all_are_there', async () => {
    const shown = await lab.rx('pjsip show transports');
    for (const kind of ['udp', 'tcp', 'tls', 'ws', 'wss'])
      expect(shown).toMatch(new RegExp(`transport-${kind}\\s+${kind}\\s`));
  });

  test('given_another_address_than_127_0_0_1_when_it_asks_ARI_then_403', async () => {
    expect(await ariStatus('127.0.0.1', lab.ports.http)).toBe(200);
    expect(await ariStatus('127.0.0.2', lab.ports.http)).toBe(403);
  });

  test.each(['tls', 'https'] as const)(
    'given_the_%s_port_when_connected_then_it_shows_the_certificate_for_localhost',
    async (name) => {
      const alternatives = await new Promise<string | undefined>((resolve, reject) => {
        const socket = connect({ host: '127.0.0.1', port: lab.ports[name], rejectUnauthorized: false }, () => {
          resolve(socket.getPeerX509Certificate()?.subjectAltName);
          socket.destroy();
        }).on('error', reject);
      });
      expect(alternatives).toMatch(/DNS:localhost, IP Address:127\.0\.0\.1/);
    },
  );

  test('given_the_default_modules_when_asked_for_app_queue_then_it_is_not_loaded_and_none_of_ours_is_missing', async () => {
    expect(await lab.rx('module show like app_queue')).toContain('0 modules loaded');
    const wanted = (await readFile(join(lab.home, 'asterisk/etc/modules.conf'), 'utf8')).matchAll(/^load = (\S+)/gm);
    const shown = await lab.rx('module show');
    for (const [, module] of wanted)
      expect(shown, module).toMatch(new RegExp(`^${module?.slice(0, 30)}.*Running`, 'm'));
  });

  test('given_a_phone_made_over_ARI_when_asterisk_is_stopped_and_started_again_then_the_phone_is_there', async () => {
    const made = await lab.ari('PUT', 'asterisk/config/dynamic/res_pjsip/aor/kept', {
      fields: [{ attribute: 'max_contacts', value: '1' }],
    });
    expect(made.status).toBe(200);
    await lab.startAgain();
    expect(await lab.rx('pjsip show aors')).toContain('kept');
  }, 60_000);

  test('given_a_running_one_when_started_again_then_it_is_left_alone', async () => {
    const ran = await run(['start', '--home', lab.home]);
    expect(ran).toMatchObject({ code: 0, err: '' });
    expect(ran.out).toContain(`runs already (pid ${lab.pid})`);
  });
});
