import { expect, test } from 'vitest';
import { Refusal } from '../../src/directory/refusal.ts';
import { buildServer } from '../../src/http/server.ts';
import type { Services } from '../../src/http/services.ts';
import { silentLog } from '../../src/lib/log.ts';
import { cell, columnUnder, fileText, sources, tableUnder } from './page.ts';
import { literalsOf, typeText } from './types.ts';

const page = 'docs/reference/errors.md';
const daemon = tableUnder(page, 'Of the daemon').rows;
const core = [...sources('src/core').values()].join('\n');
const front = [...sources('src/http').values(), ...sources('src/directory').values()].join('\n');
const cli = [...sources('src/cli').values()].join('\n');
const ofFront = literalsOf(typeText(fileText('src/protocol/refusal.ts'), 'RefusalCode'));
const ofCore = found(core, /\bcode: '([\w-]+)'/g);

test('the_codes_of_front_and_core_when_compared_with_the_page_then_each_is_there_and_no_other', () => {
  expect(ofCore.length).toBeGreaterThan(3);
  const all = new Set([...ofFront, ...ofCore]);
  expect(columnUnder(page, 'Of the daemon', 'Code').toSorted()).toEqual([...all].sort());
});

test('a_code_that_the_sources_of_the_front_name_when_looked_up_then_it_is_one_of_the_declared_ones', () => {
  const named = found(front, /(?:new Refusal\(|refused\()\s*'([\w-]+)'/g);
  expect(named.filter((code) => !ofFront.includes(code))).toEqual([]);
  expect(ofFront.filter((code) => !named.includes(code))).toEqual([]);
});

test.each(daemon.map((row) => [cell(row, 'Code'), Number(cell(row, 'Status'))] as const))(
  '%s_when_a_route_refuses_with_it_then_the_status_is_%s',
  async (code, status) => {
    const refusing = {
      engine: {
        status() {
          // What nobody foresaw is what `internal` stands for.
          throw code === 'internal' ? new Error('unforeseen') : new Refusal(code, 'no');
        },
      },
    };
    const app = buildServer(refusing as unknown as Services, silentLog());
    const answer = await app.inject('/v1/status');
    expect(answer.statusCode).toBe(status);
    expect(answer.json()).toMatchObject({ error: { code } });
  },
);

test('the_codes_of_the_command_line_when_compared_with_the_page_then_each_is_there_and_no_other', () => {
  const named = found(cli, /(?:new Failure\(|giveUp\(|say\()\s*'([\w-]+)'/g);
  expect(columnUnder(page, 'Of the command line alone', 'Code').toSorted()).toEqual([...new Set(named)].sort());
  const two = new Set([...cli.matchAll(/new Failure\(\s*'([\w-]+)',[^;]*?, 2\);/g)].map(([, code = '']) => code));
  expect([...two].sort()).toEqual(['usage', 'wrong-config']);
});

function found(text: string, pattern: RegExp): readonly string[] {
  return [...new Set([...text.matchAll(pattern)].map(([, word = '']) => word))];
}
