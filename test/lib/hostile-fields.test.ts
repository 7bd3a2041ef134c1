import { expect, test } from 'vitest';
import * as z from 'zod';
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

// Every text that can be sent to the daemon, of whatever it is: what could be more than data is refused where it comes in.
const modules = {
  ...{ agents, calls, groups, mailboxes, numbers, outbound, phones },
  ...{ queues, reasons, sites, skills, trunks, users },
};

const hostile: readonly string[] = [
  ...[
    'a\r\nAction: Originate\r\n\r\n',
    'a\nb',
    'a\rb',
    'a\0b',
    'a\tb',
    '\u001b[31mred',
    'a\u007f',
    'a\u0085b',
    'half \ud800',
  ],
  'x'.repeat(4_096),
  '😀'.repeat(2_048),
];

type Leaf = { readonly path: string; readonly take: (text: string) => unknown };

/** Each text of a schema, in lists and below, with what it makes of one; null where it refuses. */
function textsOf(type: z.core.$ZodType, path: string): readonly Leaf[] {
  if (type instanceof z.ZodObject)
    return Object.entries(type.shape).flatMap(([name, inner]) => textsOf(inner as z.core.$ZodType, `${path}.${name}`));
  if (type instanceof z.ZodOptional || type instanceof z.ZodNullable || type instanceof z.ZodDefault)
    return textsOf(type.unwrap(), path);
  if (type instanceof z.ZodPrefault) return textsOf(type.unwrap(), path);
  if (type instanceof z.ZodArray) return textsOf(type.element, `${path}[]`);
  if (type instanceof z.ZodRecord)
    return [...textsOf(type.keyType, `${path}{}`), ...textsOf(type.valueType, `${path}.*`)];
  if (type instanceof z.ZodUnion) return type.options.flatMap((option) => textsOf(option, path));
  const parse = type as z.ZodType;
  const isText = type instanceof z.ZodString || type instanceof z.ZodPipe || type instanceof z.ZodEnum;
  const take = (text: string): unknown => {
    const result = parse.safeParse(text);
    return result.success ? result.data : null;
  };
  return isText ? [{ path, take }] : [];
}

const leaves = Object.entries(modules).flatMap(([name, module]) =>
  Object.entries(module).flatMap(([key, value]) =>
    value instanceof z.ZodType ? textsOf(value, `${name}.${key}`) : [],
  ),
);

test('given_every_text_of_every_request_when_it_has_a_control_character_half_a_character_or_4_KB_then_it_is_refused', () => {
  // Were they not found, nothing would be tested.
  for (const path of ['users.newUserSchema.name', 'trunks.newTrunkSchema.host', 'reasons.newReasonSchema.label'])
    expect(leaves.map((leaf) => leaf.path)).toContain(path);
  expect(leaves.length).toBeGreaterThan(100);
  const taken = leaves.flatMap(({ path, take }) =>
    hostile.flatMap((text) => (take(text) === null ? [] : [`${path} takes ${JSON.stringify(text.slice(0, 40))}`])),
  );
  expect(taken).toEqual([]);
});
