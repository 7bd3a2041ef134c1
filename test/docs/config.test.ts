import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { perform } from '../../src/asterisk/perform.ts';
import { keysOf, readConfig } from '../../src/config/load.ts';
import { ConfigError } from '../../src/config/problem.ts';
import type { HangUpCause } from '../../src/core/settings.ts';
import { DESTINATION_FORMS, HANG_UP_CAUSES, parseDestination } from '../../src/directory/destination.ts';
import { parseDuration } from '../../src/lib/duration.ts';
import { CODECS } from '../../src/protocol/phone-settings.ts';
import { cell, columnUnder, fileText, tablesOf, tableUnder } from './page.ts';

const page = 'docs/reference/config.md';
const rows = tableUnder(page, 'Keys').rows;

test('the_schema_when_compared_with_the_page_then_each_key_is_there_and_no_other', () => {
  expect(columnUnder(page, 'Keys', 'Key')).toEqual(leaves([]));
});

test('the_commented_configuration_when_compared_with_the_page_then_each_default_is_the_same', () => {
  const template: unknown = parse(fileText('config/cordboard.yaml'));
  for (const row of rows) {
    const key = cell(row, 'Key');
    expect([key, parse(cell(row, 'Default'))]).toEqual([key, at(template, key.split('.'))]);
    expect(cell(row, 'Meaning')).toMatch(/\.$/);
  }
});

test('the_commented_configuration_when_read_by_people_then_each_key_has_a_comment_of_its_own', () => {
  const lines = fileText('config/cordboard.yaml').split('\n');
  const bare = lines.filter((line, number) => {
    const indent = /^( *)[a-z][a-z-]*:/.exec(line)?.[1];
    return indent !== undefined && !lines[number - 1]?.startsWith(`${indent}# `);
  });
  expect(bare).toEqual([]);
});

test('the_commented_configuration_when_a_key_is_a_destination_then_its_comment_has_each_form', () => {
  const [comment = ''] = /(?: {2}#.*\n)+(?= {2}overflow:)/.exec(fileText('config/cordboard.yaml')) ?? [];
  const words = comment.replaceAll(/\n? +# /g, ' ');
  for (const form of DESTINATION_FORMS.split(/, | or /)) expect(words).toContain(form);
});

test('an_empty_file_when_read_then_it_means_what_the_page_says_is_the_default', () => {
  const said = rows.map((row) => [cell(row, 'Key'), parse(cell(row, 'Default'))] as const);
  const { home: _, file: __, ...wanted } = readConfig(yamlOf(said), 'said', '/home');
  const { home: ___, file: ____, ...got } = readConfig('', 'empty', '/home');
  expect(got).toEqual(wanted);
});

const ranges = rows.flatMap((row) => {
  const [whole, least, most] = /^(\d+\w*) to (\d+\w*)$/.exec(cell(row, 'Allowed')) ?? [];
  return whole === undefined || least === undefined || most === undefined
    ? []
    : [[cell(row, 'Key'), least, most] as const];
});

test.each(ranges)('%s_when_at_the_ends_of_its_range_then_only_what_lies_within_is_taken', (key, least, most) => {
  expect([least, most].map((value) => isTaken(key, value))).toEqual([true, true]);
  expect([below(least), above(most)].map((value) => isTaken(key, value))).toEqual([false, false]);
});

const choices = rows.filter((row) => /^[a-z0-9-]+(, [a-z0-9-]+)+$/.test(cell(row, 'Allowed')));

test.each(choices.map((row) => [cell(row, 'Key'), cell(row, 'Allowed').split(', ')] as const))(
  '%s_when_set_to_each_word_of_the_page_then_it_is_taken_and_the_refusal_of_another_names_the_same',
  (key, words) => {
    expect(words.filter((word) => !isTaken(key, word))).toEqual([]);
    expect(problemsOf(key, 'nonsense')).toEqual([`one of ${words.join(', ')}`]);
  },
);

test('the_codecs_when_compared_with_the_page_then_each_is_there', () => {
  const row = rows.find((each) => cell(each, 'Key') === 'sip.codecs') ?? {};
  expect(cell(row, 'Allowed').replace('one or more of ', '').split(', ')).toEqual(CODECS);
});

test('a_step_of_the_ladder_when_compared_with_the_page_then_each_key_is_there', () => {
  const section = 'A step of rona.ladder';
  expect(columnUnder(page, section, 'Key')).toEqual(keysOf(['rona', 'ladder', 0]));
  expect(isTaken('rona.ladder', '[{misses: 1, rest: 24h}, {misses: 100, within: 1s, hold: until-ready}]')).toBe(true);
  for (const wrong of ['{misses: 101, rest: 1s}', '{misses: 1, rest: 25h}', '{misses: 1}']) {
    expect([wrong, isTaken('rona.ladder', `[${wrong}]`)]).toEqual([wrong, false]);
  }
});

test('a_server_for_browsers_when_compared_with_the_page_then_each_key_is_there_and_what_does_not_fit_is_refused', () => {
  const section = 'A server of sip.ice-servers';
  expect(columnUnder(page, section, 'Key')).toEqual(keysOf(['sip', 'ice-servers', 0]));
  const turn = 'urls: ["turns:turn.example.net:443?transport=tcp"]';
  for (const right of ['urls: ["stun:a"]', `${turn}, user: u, secret-file: x`, `${turn}, shared-secret-file: x`])
    expect([right, isTaken('sip.ice-servers', `[{${right}}]`)]).toEqual([right, true]);
  for (const wrong of ['urls: []', 'urls: ["http://a"]', `${turn}, user: u`, `${turn}, secret-file: x`])
    expect([wrong, isTaken('sip.ice-servers', `[{${wrong}}]`)]).toEqual([wrong, false]);
  expect(isTaken('sip.ice-servers', `[{${turn}, user: u, secret-file: x, shared-secret-file: y}]`)).toBe(false);
});

test('destinations_when_read_then_each_form_of_the_page_is_one_and_each_cause_is_known', () => {
  const cells = (column: string) =>
    tablesOf(page).flatMap(({ columns, rows }) =>
      columns.includes(column) ? rows.map((row) => cell(row, column)) : [],
    );
  const [forms, causes] = [cells('Form'), cells('Cause')];
  expect(causes.toSorted()).toEqual([...HANG_UP_CAUSES].sort());
  expect(cells('Q.850')).toEqual(causes.map((cause) => q850(cause as HangUpCause)));
  const example = { CAUSE: 'busy', PRIORITY: '1', NAME: 'name', '+NUMBER': '+33612345678', DESTINATION: 'group:night' };
  const written = forms.map((form) =>
    Object.entries(example).reduce((text, [word, by]) => text.replace(word, by), form),
  );
  const kinds = ['group', 'queue', 'user', 'number', 'dialplan', 'hang-up'];
  expect(written.map((form) => parseDestination(form)?.to)).toEqual(kinds);
});

/** The keys that hold a value, dotted, in the order of the schema. */
function leaves(path: readonly string[]): readonly string[] {
  const keys = keysOf(path);
  return keys.length === 0 || ['rona.ladder', 'sip.ice-servers'].includes(path.join('.'))
    ? [path.join('.')]
    : keys.flatMap((key) => leaves([...path, key]));
}

/** The Q.850 cause that Asterisk is given for one of our own. */
function q850(cause: HangUpCause): string {
  let uri = '';
  const link = {
    request(request: { uri: string }) {
      uri = request.uri;
    },
    close: () => undefined,
  };
  perform(
    { do: 'hang-up', leg: 'one', cause },
    {
      link,
      lists: link,
      early: { ring: () => undefined, drop: () => undefined },
      app: 'cordboard',
      isAgreed: () => false,
      numberFor: (number) => number,
      post: () => undefined,
    },
  );
  return uri.replace(/.*reason_code=/, '');
}

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], value);
}

function yamlOf(values: readonly (readonly [key: string, value: unknown])[]): string {
  const tree: Record<string, unknown> = {};
  for (const [key, value] of values) {
    const path = key.split('.');
    let inner = tree;
    for (const part of path.slice(0, -1)) {
      inner[part] ??= {};
      inner = inner[part] as Record<string, unknown>;
    }
    inner[path.at(-1) ?? ''] = value;
  }
  return JSON.stringify(tree);
}

/** What the configuration says of this one key; other keys that it would clash with are no matter here. */
function problemsOf(key: string, value: string): readonly string[] {
  try {
    readConfig(yamlOf([[key, parse(value)]]), 'test', '/home');
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems
      .filter((problem) => `${problem.path}.`.startsWith(`${key}.`))
      .map((problem) => problem.expected);
  }
}

function isTaken(key: string, value: string): boolean {
  const problems = problemsOf(key, value);
  // Half of the lease is said of `renew` too, whatever its own range.
  return problems.every((problem) => problem.includes('half of limits.lease'));
}

function below(least: string): string {
  const ms = parseDuration(least);
  return ms === null ? String(Number(least) - 1) : ms === 0 ? '-1ms' : `${ms - 1}ms`;
}

function above(most: string): string {
  const ms = parseDuration(most);
  return ms === null ? String(Number(most) + 1) : `${ms + 1}ms`;
}
