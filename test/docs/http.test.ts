import { expect, test } from 'vitest';
import type * as z from 'zod';
import { buildServer } from '../../src/http/server.ts';
import type { Services } from '../../src/http/services.ts';
import { silentLog } from '../../src/lib/log.ts';
import * as agents from '../../src/protocol/agents.ts';
import * as calls from '../../src/protocol/calls.ts';
import * as groups from '../../src/protocol/groups.ts';
import * as mailboxes from '../../src/protocol/mailboxes.ts';
import * as numbers from '../../src/protocol/numbers.ts';
import * as outbound from '../../src/protocol/outbound.ts';
import * as phones from '../../src/protocol/phones.ts';
import * as queues from '../../src/protocol/queues.ts';
import * as reasons from '../../src/protocol/reasons.ts';
import * as sites from '../../src/protocol/sites.ts';
import * as skills from '../../src/protocol/skills.ts';
import * as trunks from '../../src/protocol/trunks.ts';
import * as users from '../../src/protocol/users.ts';
import { cell, columnUnder, fileText, sources, tablesOf, tableUnder, wordsOf } from './page.ts';
import { fieldsOf, typeText } from './types.ts';

const page = 'docs/reference/http.md';
const routes = tableUnder(page, 'Routes').rows;
const front = [...sources('src/http').values()].join('\n');
const protocol = [...sources('src/protocol').values()].join('\n');
const core = ['outside', 'queue-settings'].map((name) => fileText(`src/core/${name}.ts`)).join('\n');

test('the_server_when_its_routes_are_listed_then_the_page_has_each_and_no_other', async () => {
  // Nothing is asked of the services: the routes only keep them.
  const app = buildServer({} as Services, silentLog());
  await app.ready();
  expect(columnUnder(page, 'Routes', 'Route').toSorted()).toEqual(routesIn(app.printRoutes({ commonPrefix: false })));
  const health = [...front.matchAll(/path === '([^']+)'/g)].map(([, path = '']) => `GET ${path}`);
  expect(columnUnder(page, 'Health, over TCP', 'Route')).toEqual(health);
});

test('each_route_when_its_source_is_read_then_body_query_status_and_answer_are_as_on_the_page', () => {
  const got = new Map(handlers().map((handler) => [handler.route, handler]));
  expect(got.size).toBe(routes.length);
  const said = routes.map((row) => ({
    route: cell(row, 'Route'),
    body: cell(row, 'Body'),
    query: [...wordsOf(cell(row, 'Query'))].sort(),
    status: cell(row, 'Status'),
    answer: cell(row, 'Answer'),
  }));
  for (const each of said) expect(each).toEqual(got.get(each.route));
});

test('each_query_when_compared_with_the_page_then_every_field_has_a_row', () => {
  const rows = tableUnder(page, 'Queries').rows;
  const said = rows.map((row) => `${cell(row, 'Route')} ${cell(row, 'Field')}`);
  const got = routes.flatMap((row) =>
    wordsOf(cell(row, 'Query')).map((field) => `${cell(row, 'Route').replace('GET ', '')} ${field}`),
  );
  expect(said.toSorted()).toEqual(got.toSorted());
  const defaults = [...front.matchAll(/(\w+): z\.[^\n]*?\.default\(([\w_]+)\)/g)];
  for (const [, field, value = ''] of defaults) {
    expect(rows.filter((row) => cell(row, 'Field') === field).map((row) => cell(row, 'Default'))).toContain(value);
  }
});

const schemas: Readonly<Record<string, unknown>> = {
  ...agents,
  ...calls,
  ...groups,
  ...queues,
  ...reasons,
  ...skills,
  ...mailboxes,
  ...numbers,
  ...sites,
  ...outbound,
  ...trunks,
  ...phones,
  ...users,
};
const bodies = [...new Set(columnUnder(page, 'Routes', 'Body'))].filter((name) => name !== '-');

test.each(bodies)('%s_when_compared_with_the_page_then_each_field_is_there_and_whether_it_is_needed', (name) => {
  const { shape } = schemas[name] as { shape: Readonly<Record<string, z.ZodType>> };
  const got = Object.entries(shape).map(([field, type]) => [field, type.safeParse(undefined).success ? 'no' : 'yes']);
  const said = tableUnder(page, name).rows.map((row) => [cell(row, 'Field'), cell(row, 'Needed')]);
  expect(said.toSorted()).toEqual(got.toSorted());
});

const answers = tablesOf(page)
  .filter(({ columns }) => columns.join() === 'Field,Meaning')
  .map(({ heading }) => heading);

test.each(answers)('%s_when_compared_with_the_page_then_each_field_is_there_and_no_other', (name) => {
  expect(columnUnder(page, name, 'Field').toSorted()).toEqual([...fieldsOf(typeText(protocol, name), core)].sort());
});

test('an_answer_when_a_route_or_another_answer_names_it_then_the_page_has_it', () => {
  const named = columnUnder(page, 'Routes', 'Answer').flatMap((answer) => answer.match(/\b[A-Z]\w+/g) ?? []);
  const inner = answers.flatMap((name) =>
    [...typeText(protocol, name).matchAll(/\b[A-Z]\w+(?:View|Status|Credentials)\b/g)].map(([type]) => type),
  );
  // Facts have a page of their own.
  const missing = [...named, ...inner].filter((name) => name !== 'NumberedFact' && !answers.includes(name));
  expect(missing).toEqual([]);
});

type Handler = { route: string; body: string; query: readonly string[]; status: string; answer: string };

/** What the sources of the routes say of each: they are written in one manner. */
function handlers(): readonly Handler[] {
  const direct = [
    ...front.matchAll(/app\.(get|post|put|patch|delete)\(\s*'(\/v1[^']*)'([\s\S]*?)(?=\n {2}app\.|\n\}|\n {2}const )/g),
  ];
  const intents = [...front.matchAll(/\n {2}intent\('([\w/-]+)', \(([\s\S]*?)\}\)\);/g)];
  const ofIntents = front.match(/:username\/\$\{action\}`([\s\S]*?)=>/)?.[1] ?? '';
  return [
    ...direct.map(([, method = '', path = '', text = '']) => handler(`${method.toUpperCase()} ${path}`, text, text)),
    ...intents.map(([, action = '', text = '']) => handler(`POST /v1/agents/:username/${action}`, text, ofIntents)),
  ];
}

function handler(route: string, text: string, signature: string): Handler {
  const query = text.match(/queryOf\((\w+),/)?.[1];
  const shape =
    query === undefined
      ? ''
      : (front.match(new RegExp(`const ${query} = z\\.object\\(([\\s\\S]*?)\\}\\);`))?.[1] ?? '');
  const annotation =
    signature.match(/\)(?:: ([\s\S]*?)) =>/)?.[1] ?? signature.match(/: (Promise<[\s\S]*>) $/)?.[1] ?? '';
  return {
    route,
    body: text.match(/bodyOf\((\w+),/)?.[1] ?? '-',
    query: [...shape.matchAll(/^ {2}(\w+): z/gm)].map(([, field = '']) => field).sort(),
    status: text.includes('reply.code(201)') ? '201' : '200',
    answer: annotation
      .replace(/^Promise<(.*)>$/, '$1')
      .replace(/ \| FastifyReply$/, '')
      .replaceAll('readonly ', '')
      .replace(/^\{ (.*) \}$/, '{$1}')
      .replaceAll(' | ', '|'),
  };
}

/** `METHOD path` of each route in fastify's own drawing of the tree. */
function routesIn(drawing: string): readonly string[] {
  const open: string[] = [];
  const found: string[] = [];
  for (const line of drawing.split('\n')) {
    const [, indent = '', part = '', methods = ''] = /^([│ ]*)[├└]── (\S+) \(([^)]*)\)/.exec(line) ?? [];
    if (part === '') continue;
    open.splice(indent.length / 4);
    open.push(part);
    for (const method of methods.split(', ')) if (method !== 'HEAD') found.push(`${method} ${open.join('')}`);
  }
  return found.sort();
}
