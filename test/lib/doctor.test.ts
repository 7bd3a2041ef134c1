import { expect, test } from 'vitest';
import type { TrunkState } from '../../src/asterisk/ami/inquiry.ts';
import { judgeVersion } from '../../src/asterisk/version.ts';
import { readConfig } from '../../src/config/load.ts';
import { diagnose } from '../../src/doctor/diagnose.ts';
import type {
  AsteriskSettings,
  DirectorySeen,
  EmergencyDialplan,
  Evidence,
  PortSeen,
  TrunkSeen,
} from '../../src/doctor/evidence.ts';
import { CHECKS } from '../../src/doctor/finding.ts';
import type { EngineStatus } from '../../src/protocol/seam.ts';

const now = Date.parse('2026-01-01T00:00:00Z');
const dayMs = 86_400_000;
const MiB = 1024 * 1024;
const engine: EngineStatus = {
  ...{ epoch: 'abcd', startedAt: now, pbx: 'ready', ami: 'ready', draining: false, waiting: 0, talking: 0 },
  ...{ loopLagMs: { p99: 11, max: 60 }, batches: 1, repairs: 0, turnedAway: 0, heldMs: null, lastFact: 1 },
};
const port = (key: string, isVital: boolean, phones: number): PortSeen => {
  return { key, at: '127.0.0.1:1', answers: true, isVital, phones };
};
const settings: AsteriskSettings = {
  http: new Map([['sessionlimit', '2000']]),
  ari: new Map([['websocket_write_timeout', '5000']]),
  features: new Map([['pickupexten', '']]),
  sorcery: new Map(
    ['auth', 'aor', 'endpoint'].flatMap((type) => [
      [`${type}/cache`, 'memory_cache,full_backend_cache=yes,expire_on_reload=yes'],
      [type, `astdb,ps_${type}s`],
    ]),
  ),
};
const certificate = { subject: 'pbx', endsAt: now + 90 * dayMs, isSelfSigned: false };

const red: TrunkSeen = {
  ...{ id: 'red', outbound: true, codecs: ['alaw'], maxCalls: 30, register: true, qualifyS: 60, failure: null },
};
const outside = { trunks: [red], payers: [{ subject: 'group:support', maxCalls: 10 }], hasDefaultSite: true };

/** An installation of which nothing is to be said. */
const healthy: Evidence = {
  config: readConfig('', 'cordboard.yaml', '/home'),
  now,
  daemon: { seen: { pid: 42, engine } as never },
  pbx: {
    ...{ host: '127.0.0.1', version: '22.10.1', failure: null },
    ...{ modulesMissing: [], soundLanguages: ['en'], warnings: [] },
  },
  modules: {
    seen: new Set([
      ...['codec_opus.so', 'codec_g722.so', 'codec_alaw.so', 'codec_ulaw.so'],
      ...['res_pjsip_mwi.so', 'res_pjsip_mwi_body_generator.so', 'app_minivm.so'],
    ]),
  },
  clockOffMs: { seen: 300 },
  promptsMissing: { seen: [] },
  settings: { seen: settings },
  fallbackLists: { seen: new Map([['8001', 'PJSIP/1001']]) },
  contextsMissing: { seen: [] },
  registeredBy: { seen: new Map([['1001', 'ws']]) },
  trunkStates: { seen: new Map([['red', { reachable: true, registered: true }]]) },
  trunkDrift: { seen: new Map() },
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the dialplan fills it in, not we.
  emergencyDialplan: { seen: { numbers: ['112', '911'], targets: ['PJSIP/${EXTEN}@trunk-red'] } },
  ports: [port('http-port', true, 0), port('tls-port', false, 0), port('https-port', false, 1)],
  certificates: [{ where: '127.0.0.1:8089 (tcp)', certificate: { seen: certificate } }],
  ariElsewhere: [
    { url: 'http://x', status: null },
    { url: 'https://x', status: 403 },
  ],
  directory: {
    seen: {
      phones: [{ id: '1001', transport: 'wss', codecs: ['opus'] }],
      fallbacks: new Map([['8001', 'PJSIP/1001']]),
      passing: ['trial-1'],
      ...outside,
    },
  },
  drift: { seen: { missing: [], different: [], strangers: ['trial-1'] } },
  databases: [{ file: 'live.db', migrations: 2, problems: [] }],
  disk: { seen: { freeBytes: 5_000 * MiB, totalBytes: 9_000 * MiB } },
  secrets: [{ file: 'ari', mode: 0o600 }],
};

test('given_a_healthy_installation_when_diagnosed_then_each_check_says_ok_and_nothing_is_to_do', () => {
  const findings = diagnose(healthy);
  expect(findings.filter(({ level, todo }) => level !== 'ok' || todo !== null)).toEqual([]);
  expect(findings.map(({ check }) => check)).toEqual([...CHECKS]);
});

test('given_that_nothing_could_be_looked_at_when_diagnosed_then_each_check_says_so_and_none_says_ok', () => {
  const unseen = { unseen: 'nobody answers' };
  const findings = diagnose({
    ...healthy,
    ...{ daemon: unseen, modules: unseen, clockOffMs: unseen, promptsMissing: unseen, settings: unseen },
    ...{
      fallbackLists: unseen,
      contextsMissing: unseen,
      registeredBy: unseen,
      trunkStates: unseen,
      trunkDrift: unseen,
      emergencyDialplan: unseen,
      directory: unseen,
      drift: unseen,
      disk: unseen,
      certificates: [],
      secrets: healthy.secrets,
    },
    pbx: { ...healthy.pbx, version: null, failure: 'nobody answers' },
  });
  const silent = findings.filter(({ level }) => level === 'ok').map(({ check }) => check);
  expect(silent).toEqual(['ports', 'ari-exposure', 'databases', 'secrets']);
  expect(findings.filter(({ level, todo }) => level !== 'ok' && !todo)).toEqual([]);
});

const changed = (change: Partial<Evidence>): Evidence => ({ ...healthy, ...change });
const daemon = (change: Partial<EngineStatus>): Partial<Evidence> => ({
  daemon: { seen: { pid: 42, engine: { ...engine, ...change } } as never },
});
const pbx = (change: Partial<Evidence['pbx']>): Partial<Evidence> => ({ pbx: { ...healthy.pbx, ...change } });
const conf = (change: Partial<AsteriskSettings>): Partial<Evidence> => ({
  settings: { seen: { ...settings, ...change } },
});
const sorcery = (change: Readonly<Record<string, string>>): Partial<Evidence> =>
  conf({ sorcery: new Map([...(settings.sorcery ?? []), ...Object.entries(change)]) });
const limit = (count: string): Partial<Evidence> => conf({ http: new Map([['sessionlimit', count]]) });
const cert = (change: Partial<typeof certificate>): Partial<Evidence> => ({
  certificates: [{ where: 'here', certificate: { seen: { ...certificate, ...change } } }],
});
const silent = (key: string): Partial<Evidence> => ({
  ports: healthy.ports.map((one) => (one.key === key ? { ...one, answers: false } : one)),
});
const phones = (count: number): Evidence['directory'] => ({
  seen: {
    phones: Array.from({ length: count }, (_, n) => ({ id: `${n}`, transport: 'wss', codecs: ['opus'] })),
    fallbacks: new Map([['8001', 'PJSIP/1001']]),
    passing: [],
    ...outside,
  },
});
const drifted = (change: object): Partial<Evidence> => ({
  drift: { seen: { missing: [], different: [], strangers: [], ...change } },
});

const directory = (change: Partial<DirectorySeen>): Partial<Evidence> =>
  'seen' in healthy.directory ? { directory: { seen: { ...healthy.directory.seen, ...change } } } : {};
const trunk = (change: Partial<TrunkSeen>): Partial<Evidence> => directory({ trunks: [{ ...red, ...change }] });
const seenTrunk = (change: Partial<TrunkState>): Partial<Evidence> => ({
  trunkStates: { seen: new Map([['red', { reachable: true, registered: true, ...change }]]) },
});
const emergency = (change: Partial<EmergencyDialplan>): Partial<Evidence> =>
  'seen' in healthy.emergencyDialplan
    ? { emergencyDialplan: { seen: { ...healthy.emergencyDialplan.seen, ...change } } }
    : {};

test.each<[name: string, change: Partial<Evidence>, check: string, level: string, found: string]>([
  ['a_trunk_that_is_not_given', trunk({ failure: 'no answer' }), 'trunks', 'error', 'not in Asterisk: no answer'],
  ['a_trunk_that_is_not_registered', seenTrunk({ registered: false }), 'trunks', 'error', 'red is not registered'],
  ['a_trunk_that_is_silent', seenTrunk({ reachable: false }), 'trunks', 'error', 'does not answer OPTIONS'],
  [
    'a_trunk_that_was_not_asked_yet',
    { ...trunk({ register: false }), ...seenTrunk({ reachable: null, registered: null }) },
    ...(['trunks', 'warning', 'red was not asked yet'] as const),
  ],
  ['a_trunk_with_a_codec_of_nobody', trunk({ codecs: ['g729'] }), 'trunks', 'error', 'has only g729'],
  [
    'a_trunk_that_was_changed',
    { trunkDrift: { seen: new Map([['red', ['endpoint.allow']]]) } },
    ...(['trunks', 'warning', 'red was changed in Asterisk: endpoint.allow'] as const),
  ],
  ['nowhere_to_call_out', trunk({ outbound: false }), 'trunks', 'error', 'group:support may call out, and no trunk'],
  [
    'too_few_lines',
    trunk({ maxCalls: 4 }),
    'trunks',
    'warning',
    'may have 10 calls out at once, and all trunks together take 4',
  ],
  [
    'an_emergency_number_that_is_missing',
    emergency({ numbers: ['911'] }),
    'emergency',
    'error',
    '112 would not be sent out',
  ],
  [
    'emergency_numbers_that_are_off_on_purpose',
    emergency({ numbers: ['off'] }),
    ...(['emergency', 'warning', 'off on purpose: the dialplan sends out none of 112'] as const),
  ],
  [
    'a_dialplan_without_the_context_of_messages',
    { contextsMissing: { seen: ['cordboard-messages'] } },
    ...(['message-lamps', 'warning', 'there is no [cordboard-messages]'] as const),
  ],
  ['emergency_calls_that_lead_nowhere', emergency({ targets: [] }), 'emergency', 'error', 'have no target'],
  ['nobody_who_says_where', directory({ hasDefaultSite: false }), 'emergency', 'warning', 'no default site'],
  ['no_daemon', { daemon: { unseen: 'nobody' } }, 'daemon', 'warning', 'none on'],
  ['a_silent_engine', { daemon: { seen: { pid: 1, engine: null } as never } }, 'daemon', 'error', 'does not answer'],
  ['a_held_database', daemon({ heldMs: 2_500 }), 'daemon', 'error', '2.5 s'],
  ['ari_lost', daemon({ pbx: 'down' }), 'daemon', 'error', 'ARI is down'],
  ['ami_lost', daemon({ ami: 'down' }), 'daemon', 'warning', 'AMI is down'],
  ['a_drain', daemon({ draining: true }), 'daemon', 'warning', 'draining'],
  ['a_slow_loop', daemon({ loopLagMs: { p99: 101, max: 200 } }), 'daemon', 'warning', 'p99 101 ms'],
  ['callers_turned_away', daemon({ turnedAway: 3 }), 'daemon', 'warning', '3 callers'],
  ['repairs', daemon({ repairs: 1 }), 'daemon', 'warning', '1 repairs'],
  ['a_silent_asterisk', pbx({ failure: 'ECONNREFUSED' }), 'asterisk', 'error', 'ECONNREFUSED'],
  ['an_asterisk_with_holes', pbx({ version: '22.9.0' }), 'version', 'warning', 'known holes'],
  ['an_asterisk_that_is_too_old', pbx({ version: '20.13.1' }), 'version', 'error', 'no REST over'],
  ['a_missing_module', pbx({ modulesMissing: ['res_ari.so'] }), 'modules', 'error', 'res_ari.so'],
  ['no_sorcery_conf', conf({ sorcery: null }), 'sorcery', 'error', 'nowhere to write auth, aor, endpoint'],
  ['aors_that_cannot_be_written', sorcery({ aor: 'config,pjsip.conf,criteria=type=aor' }), 'sorcery', 'error', 'aor'],
  ['no_cache', sorcery({ 'endpoint/cache': '' }), 'sorcery', 'warning', 'no cache for endpoint'],
  ['a_cache_that_stays', sorcery({ 'auth/cache': 'memory_cache' }), 'sorcery', 'warning', 'auth'],
  ['a_missing_context', { contextsMissing: { seen: ['from-sip'] } }, 'dialplan', 'error', 'from-sip'],
  [
    'a_phone_by_another_way',
    { registeredBy: { seen: new Map([['1001', 'udp']]) } },
    'registrations',
    'warning',
    '1001 (udp, not wss)',
  ],
  ['app_queue', { modules: { seen: new Set(['app_queue.so']) } }, 'modules', 'warning', 'app_queue'],
  ['a_silent_vital_port', silent('http-port'), 'ports', 'error', 'http-port'],
  ['a_silent_port_with_phones', silent('https-port'), 'ports', 'error', '1 phones'],
  ['a_silent_port_without_phones', silent('tls-port'), 'ports', 'warning', 'no phone comes by it'],
  ['a_certificate_that_ended', cert({ endsAt: now - dayMs }), 'certificate', 'error', 'ended 1 days ago'],
  ['a_certificate_that_ends_soon', cert({ endsAt: now + 13 * dayMs }), 'certificate', 'warning', 'ends in 13 days'],
  ['a_self_signed_one_for_browsers', cert({ isSelfSigned: true }), 'certificate', 'warning', 'self-signed'],
  [
    'an_open_ari',
    { ariElsewhere: [{ url: 'http://y', status: 401 }] },
    'ari-exposure',
    'error',
    'http://y answers 401',
  ],
  ['no_session_limit', { ...conf({ http: new Map() }), directory: phones(30) }, 'session-limit', 'warning', '100'],
  [
    'a_session_limit_below_the_phones',
    { ...limit('30'), directory: phones(29) },
    'session-limit',
    'error',
    '30: not all',
  ],
  ['no_http_conf', { ...conf({ http: null }), directory: phones(200) }, 'session-limit', 'error', '100: not all'],
  ['the_default_write_timeout', conf({ ari: new Map() }), 'write-timeout', 'warning', '100 ms'],
  ['the_default_pickup_code', conf({ features: null }), 'pickup-code', 'warning', '*8'],
  ['a_clock_behind', { clockOffMs: { seen: -2_100 } }, 'clock', 'warning', '2.1 s behind'],
  ['a_codec_with_no_translator', { modules: { seen: new Set<string>() } }, 'codecs', 'error', '1001 have nothing else'],
  [
    'a_codec_that_no_phone_depends_on',
    { modules: { seen: new Set(['codec_opus.so', 'codec_ulaw.so', 'codec_alaw.so']) } },
    ...(['codecs', 'warning', 'g722 can only be passed on'] as const),
  ],
  [
    'no_way_to_say_how_many_messages_wait',
    { modules: { seen: new Set(['res_pjsip_mwi.so', 'res_pjsip_mwi_body_generator.so']) } },
    ...(['message-lamps', 'warning', 'res_ari_mailboxes.so or app_minivm.so is not running'] as const),
  ],
  ['nobody_to_tell_of_messages', { modules: { seen: new Set(['app_minivm.so']) } }, 'message-lamps', 'warning', 'mwi'],
  ['no_sounds', pbx({ soundLanguages: [] }), 'sounds', 'warning', 'no sounds'],
  ['a_missing_prompt', { promptsMissing: { seen: ['vm-nobodyavail'] } }, 'sounds', 'warning', 'vm-nobodyavail'],
  ['a_missing_phone', drifted({ missing: ['1001'] }), 'phones', 'error', 'missing in Asterisk: 1001'],
  [
    'a_phone_that_differs',
    drifted({ different: [{ id: '1001', attributes: ['endpoint.allow'] }] }),
    ...(['phones', 'warning', '1001 differs in endpoint.allow'] as const),
  ],
  ['a_phone_of_nobody', drifted({ strangers: ['1999', 'trial-1'] }), 'phones', 'warning', 'has 1999, but'],
  ['no_fallback_list', { fallbackLists: { seen: new Map() } }, 'fallback', 'error', 'old for 8001'],
  [
    'a_place_for_emergency_calls_that_is_gone',
    directory({
      fallbacks: new Map([
        ['8001', 'PJSIP/1001'],
        ['emergency/1001/location', 'Paris'],
      ]),
    }),
    ...(['emergency', 'error', 'old in Asterisk: emergency/1001/location'] as const),
  ],
  [
    'a_fallback_list_too_many',
    {
      fallbackLists: {
        seen: new Map([
          ['8001', 'PJSIP/1001'],
          ['8002', 'x'],
        ]),
      },
    },
    ...(['fallback', 'warning', 'lists for 8002'] as const),
  ],
  [
    'a_damaged_database',
    { databases: [{ file: 'f', migrations: 1, problems: ['torn'] }] },
    'databases',
    'error',
    'torn',
  ],
  ['a_disk_almost_full', { disk: { seen: { freeBytes: 99 * MiB, totalBytes: 1 } } }, 'disk', 'error', '99 MiB'],
  ['a_disk_that_fills', { disk: { seen: { freeBytes: 1_000 * MiB, totalBytes: 1 } } }, 'disk', 'warning', '1000 MiB'],
  ['a_secret_for_all', { secrets: [{ file: 'ari', mode: 0o640 }] }, 'secrets', 'error', 'mode 0640'],
  ['no_secret', { secrets: [{ file: 'ari', mode: null }] }, 'secrets', 'error', 'is missing'],
])('given_%s_when_diagnosed_then_it_is_told_with_what_to_do', (_name, change, check, level, found) => {
  const findings = diagnose(changed(change)).filter((finding) => finding.check === check);
  const worst = findings.filter((finding) => finding.level !== 'ok');
  expect(worst).toHaveLength(1);
  expect(worst[0]).toMatchObject({
    level,
    found: expect.stringContaining(found),
    todo: expect.stringMatching(/\w{4}/),
  });
});

test.each([
  ['22.10.1', 'sound'],
  ['22.10.1+dfsg+~cs6.17.60671434-1', 'sound'],
  ['22.11.0-rc1', 'sound'],
  ['23.0.0', 'sound'],
  ['22.10.0', 'has-holes'],
  ['22.4.0', 'has-holes'],
  ['21.9.0', 'has-holes'],
  ['20.14.0', 'has-holes'],
  ['22.3.9', 'too-old'],
  ['21.8.0', 'too-old'],
  ['20.13.0', 'too-old'],
  ['18.26.4', 'too-old'],
  ['GIT-master-1a2b3c', 'unknown'],
  ['unknown', 'unknown'],
])('given_asterisk_%s_when_judged_then_it_is_%s', (version, verdict) => {
  expect(judgeVersion(version)).toBe(verdict);
});
