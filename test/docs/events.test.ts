import { expect, test } from 'vitest';
import { columnUnder, fileText, tablesOf } from './page.ts';
import { fieldsOf, literalsOf, membersOf, typeText } from './types.ts';

const page = 'docs/reference/events.md';
const text = fileText(page);
const source = fileText('src/core/facts.ts');
const others = [
  typeText(fileText('src/core/outside-facts.ts'), 'OutsideFact'),
  typeText(fileText('src/core/queue-facts.ts'), 'QueueFact'),
];
const members = [typeText(source, 'Fact'), ...others].flatMap(membersOf).filter((member) => member.includes('type:'));
const facts = members.map((member) => {
  const [type = '', ...literals] = literalsOf(member);
  return { type, fields: fieldsOf(member).filter((field) => field !== 'type'), literals };
});

test('the_facts_when_compared_with_the_page_then_each_has_a_heading_and_no_other_has', () => {
  const headings = [...text.matchAll(/^### (\S+)$/gm)].map(([, name = '']) => name);
  expect(facts.length).toBeGreaterThan(20);
  expect(headings.toSorted()).toEqual(facts.map(({ type }) => type).toSorted());
});

test.each(facts.map((fact) => [fact.type, fact] as const))(
  '%s_when_compared_with_the_page_then_each_field_and_each_word_is_there',
  (type, { fields, literals }) => {
    const tables = tablesOf(page).filter((table) => table.heading === type);
    const said = tables.flatMap(({ rows }) => rows.map((row) => row.Field));
    expect(said.toSorted()).toEqual(fields.toSorted());
    const section = text.split(`\n### ${type}\n`)[1]?.split(/\n##/)[0] ?? '';
    expect(literals.filter((word) => !section.includes(`\`${word}\``))).toEqual([]);
  },
);

test('what_all_facts_have_and_the_why_of_an_offer_when_compared_with_the_page_then_each_field_is_there', () => {
  const added = fieldsOf(typeText(source, 'NumberedFact'));
  expect(columnUnder(page, 'Facts', 'Field').toSorted()).toEqual(['type', ...added].sort());
  expect(columnUnder(page, 'OfferWhy', 'Field').toSorted()).toEqual([...fieldsOf(typeText(source, 'OfferWhy'))].sort());
});

test('the_kinds_of_work_when_compared_with_the_page_then_each_is_there', () => {
  const row = tablesOf(page)
    .find(({ heading }) => heading === 'agent-work')
    ?.rows.find(({ Field }) => Field === 'work');
  const kinds = literalsOf(typeText(fileText('src/core/state.ts'), 'WorkKind'));
  expect(row?.Meaning?.replace(/\.$/, '').split(', ')).toEqual(kinds);
});
