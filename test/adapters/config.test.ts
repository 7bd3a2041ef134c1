import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { codecs as provisionedCodecs } from '../../src/asterisk/provisioning/account.ts';
import { keysOf, loadConfig, readConfig, TEMPLATE_FILE } from '../../src/config/load.ts';
import { readSecret } from '../../src/config/paths.ts';
import { ConfigError } from '../../src/config/problem.ts';
import { formatDuration, parseDuration } from '../../src/lib/duration.ts';
import { CODECS } from '../../src/protocol/phone-settings.ts';
import { makeScratch, removeScratch } from '../lab/scratch.ts';

const template = readFileSync(TEMPLATE_FILE, 'utf8');

function problems(text: string): readonly string[] {
  try {
    readConfig(text, 'cordboard.yaml', '/home');
  } catch (error) {
    if (error instanceof ConfigError) {
      return error.problems.map(({ path, line, expected, got }) => `${path} @${line}: ${expected} | ${got}`);
    }
    throw error;
  }
  return [];
}

describe('the commented configuration of the package', () => {
  test('given_no_key_at_all_when_read_then_it_is_what_the_commented_file_says', () => {
    expect(readConfig('', 'f', '/home')).toEqual(readConfig(template, 'f', '/home'));
  });

  test('given_the_schema_then_the_file_has_every_key_and_no_other', () => {
    const written: string[] = [];
    const known: string[] = [];
    const walk = (value: unknown, path: readonly string[]): void => {
      known.push(...keysOf(path).map((key) => [...path, key].join('.')));
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
      // What is below a map of our own words, such as groups.back-offs, are no keys of the schema.
      if (keysOf(path).length === 0) return;
      for (const [key, inner] of Object.entries(value)) {
        written.push([...path, key].join('.'));
        walk(inner, [...path, key]);
      }
    };
    walk(parse(template), []);
    // The keys of one step of the ladder stand in a list.
    expect(written.sort()).toEqual(known.filter((path) => !path.startsWith('rona.ladder.')).sort());
    expect(known.length).toBeGreaterThan(40);
  });
});

describe('a wrong configuration', () => {
  test('given_many_mistakes_then_all_are_said_at_once_each_with_path_line_expected_and_got', () => {
    const text = [
      'asterisk:',
      '  http-port: 70000',
      'groups:',
      '  ring: 15',
      '  overflow: voicemail',
      '  strategy: longest',
      'limits: {lease: 10s, renew: 9s}',
      'rona:',
      '  ladder:',
      '    - {misses: 2, rest: 5s}',
      '    - {misses: 1, hold: until-ready}',
      'extensions: {users: 1000-8500}',
      'time-zone: Mars/Olympus',
      'sip: {codecs: []}',
    ].join('\n');
    expect([...problems(text)].sort()).toEqual([
      'asterisk.http-port @2: a port number from 1 to 65535 | 70000',
      'extensions.groups @null: a range that does not overlap extensions.users | nothing',
      'groups.overflow @5: a destination: group:NAME, queue:NAME, user:NAME, number:+NUMBER[,else=DESTINATION], dialplan:CONTEXT,EXTEN,PRIORITY or hang-up[:CAUSE] | "voicemail"',
      'groups.ring @4: a duration from 1s to 10m, such as 15s | 15',
      'groups.strategy @6: one of longest-idle, round-robin, ring-all, fewest-calls, linear, random, weighted-random, most-skilled | "longest"',
      'limits.renew @7: at most half of limits.lease, or one lost renewal gives the caller back to the dialplan | "9s"',
      'rona.ladder @9: steps whose misses grow from each to the next | [{"misses":2,"rest":"5s"},{"misses":1,"hold":"until-ready"}]',
      'sip.codecs @14: at least one codec | []',
      'time-zone @13: an IANA time zone such as Europe/Paris, or local | "Mars/Olympus"',
    ]);
  });

  test.each([
    ['limits: {lease: 10s, renew: 9s, survey: x}', ['limits.survey', 'limits.renew']],
    ['limits: {lease: 10s, renew: 9s, surveys: 1s}', ['limits.surveys', 'limits.renew']],
    ['limits: {lease: 10s, renew: x}', ['limits.renew']],
    [
      'extensions: {users: 1000-8500, groups: 8000-9100, queues: 9000-9999, others: 1-2}',
      ['extensions.others', 'extensions.queues', 'extensions.groups'],
    ],
    ['extensions: {users: 1000-9500, groups: x, queues: 9000-9999}', ['extensions.groups', 'extensions.queues']],
    ['feature-codes: {pickup: "*61", ready: "63"}', ['feature-codes.ready', 'feature-codes']],
    [
      'rona: {ladder: [{misses: 2, rest: 5s}, {misses: 2, rest: x}, {misses: x, rest: 1s}]}',
      ['rona.ladder.1.rest', 'rona.ladder.2.misses', 'rona.ladder'],
    ],
    ['rona: {ladder: [{misses: 1000}]}', ['rona.ladder.0.misses', 'rona.ladder.0']],
    ['rona: {ladder: [3, null, {misses: 1, rest: 1s}]}', ['rona.ladder.0', 'rona.ladder.1']],
    ['sip: {codecs: [ulaw, ulaw, mp3]}', ['sip.codecs.2', 'sip.codecs']],
    [
      'sip: {ice-servers: [{urls: ["turn:a"], user: u, shared-secret-file: x, port: 1}]}',
      ['sip.ice-servers.0.port', 'sip.ice-servers.0.user', 'sip.ice-servers.0.shared-secret-file'],
    ],
    [
      'sip: {ice-servers: [{urls: ["turn:a"], port: 1}, {urls: ["http:a"]}]}',
      ['sip.ice-servers.0.port', 'sip.ice-servers.0.urls', 'sip.ice-servers.1.urls.0'],
    ],
    ['limits: [1]', ['limits']],
  ])('given_%s_then_no_problem_of_a_section_hides_another', (text, paths) => {
    expect(problems(text).map((problem) => problem.replace(/ @.*/, ''))).toEqual(paths);
  });

  test.each([
    ['groups: {rng: 15s}', 'groups.rng @1: a known key: did you mean ring? | the unknown key rng'],
    ['groups: {ringMs: 15s}', /^groups\.ringMs @1: (a known key|one of the keys)/],
    ['logg: {level: info}', 'logg @1: a known key: did you mean log? | the unknown key logg'],
    [
      'rona: {ladder: [{misses: 1, reset: 5s, rest: 1s}]}',
      /^rona\.ladder\.0\.reset @1: a known key: did you mean rest\?/,
    ],
    ['rona: {ladder: [{misses: 1}]}', /rona\.ladder\.0 .*either rest: DURATION or hold: until-ready/],
    ['rona: {ladder: [{misses: 1, rest: 1s, hold: until-ready}]}', /either rest: DURATION or hold: until-ready/],
    ['groups: 3', /^groups @1: object \| 3/],
    [
      'sip: {ice-servers: [{urls: [turn:t.example.net]}]}',
      /^sip\.ice-servers\.0\.urls .*user and secret-file, or shared-secret-file/,
    ],
    [
      'sip: {ice-servers: [{urls: ["stun:s.example.net?transport=udp"]}]}',
      /^sip\.ice-servers\.0\.urls\.0 .*an address such as stun:/,
    ],
    ['[1, 2]', /^\(the whole file\) @null: object/],
    [
      'groups: {back-offs: {bussy: 5s}}',
      'groups.back-offs.bussy @1: a rest for each of declined, busy, forwarded, dropped, failed, such as {busy: 5s} | the unknown key bussy',
    ],
    ['groups: {back-offs: {busy: 2h}}', 'groups.back-offs.busy @1: a duration from 0s to 1h, such as 15s | "2h"'],
    ['groups: {back-offs: 5s}', /^groups\.back-offs @1: a rest for each of declined, .* \| "5s"$/],
    ['groups: {back-offs: }', /^groups\.back-offs @1: a rest for each of declined, .* \| null$/],
    ['groups: {ring: 15s', /YAML 1\.2/],
    ['log: {level: info}\nlog: {level: warn}', /@2: YAML 1\.2 \| Map keys must be unique/],
  ])('given_%s_then_it_is_refused_in_words', (text, expected) => {
    const [first, ...rest] = problems(text);
    expect(first).toMatch(expected);
    expect(rest).toEqual([]);
  });
});

describe('finding the configuration', () => {
  let home = '';
  beforeEach(() => {
    home = makeScratch('config');
  });
  afterEach(() => removeScratch(home));

  test('given_a_file_named_and_one_in_the_home_then_the_named_one_counts_and_then_the_home_and_then_the_package', () => {
    const named = join(home, 'other.yaml');
    expect(loadConfig(undefined, home).http.port).toBe(8780);
    writeFileSync(join(home, 'cordboard.yaml'), 'http: {port: 1111}');
    expect(loadConfig(undefined, home).http.port).toBe(1111);
    writeFileSync(named, 'http: {port: 2222}');
    expect(loadConfig(named, home)).toMatchObject({ file: named, home, http: { port: 2222 } });
  });

  test('given_a_file_that_is_not_there_then_that_is_the_problem', () => {
    expect(() => loadConfig(join(home, 'none.yaml'), home)).toThrow(/a file that can be read; got ENOENT/);
  });

  test('given_relative_and_absolute_paths_then_the_relative_ones_are_below_the_home', () => {
    const config = readConfig('socket: /run/cb.sock', 'f', home);
    expect(config.socket).toBe('/run/cb.sock');
    expect(config.asterisk.ari.secretFile).toBe(join(home, 'secrets/ari'));
  });

  test('given_a_missing_or_empty_secret_then_the_error_names_the_file_and_what_to_do', () => {
    const file = join(home, 'ari');
    expect(() => readSecret(file)).toThrow(`${file} cannot be read (ENOENT): make it with cordboard init`);
    writeFileSync(file, '\n');
    expect(() => readSecret(file)).toThrow(/is empty/);
    writeFileSync(file, 'first line\r\nsecond');
    expect(readSecret(file)).toBe('first line');
  });
});

describe('durations', () => {
  test.each([
    ['500ms', 500],
    ['15s', 15_000],
    ['2m', 120_000],
    ['1h30m', 5_400_000],
    ['0s', 0],
    ['15', null],
    ['', null],
    ['s', null],
    ['-1s', null],
    ['1.5s', null],
    ['1 s', null],
    ['1d', null],
  ])('given_%s_then_it_is_%s_ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  test('given_any_number_of_ms_when_written_and_read_then_it_is_the_same', () => {
    fc.assert(fc.property(fc.nat(10 ** 9), (ms) => parseDuration(formatDuration(ms)) === ms));
  });
});

test('given_the_codecs_of_the_interface_then_provisioning_knows_the_same', () => {
  expect([...CODECS].sort()).toEqual([...provisionedCodecs].sort());
});
