import type { QueueGiven } from '../../src/core/queue-settings.ts';
import { type Company, company } from './company.ts';
import type { Driver } from './driver.ts';

const es = { skill: 'es', level: 4, required: true };

/** One queue of the usual company's first group, with these rules. */
function under(rules: Partial<QueueGiven>): Company {
  const members = ['ann', 'ben', { user: 'cleo', penalty: 3 }];
  const line = { id: 'line', extension: '8001', strategy: 'longest-idle', members, wrapUpMs: 8_000, ...rules } as const;
  const all = { id: 'all', extension: '8002', members: ['ann'] };
  return company({ queues: [line, all], skills: { ann: { es: 3 }, ben: { es: 9 } } });
}

function after(there: Company, ...acts: readonly ((there: Company) => unknown)[]): Driver {
  for (const act of acts) act(there);
  return there.driver;
}

const comes =
  (caller: string, wishes = {}) =>
  (there: Company) =>
    there.arrive(caller, '8001', wishes);
const isReady =
  (...agents: string[]) =>
  (there: Company) =>
    there.ready(...agents);
const passes = (ms: number) => (there: Company) => there.pass(ms);

/** The states that only rules of a queue bring about. */
export const queueSituations: Readonly<Record<string, () => Driver>> = {
  'a call waits for a tier that is closed': () =>
    after(under({}), isReady('ann', 'cleo'), comes('one'), (there) => there.answer('ann'), comes('two')),
  'a tier has opened and its member rings': () => after(under({}), isReady('cleo'), comes('one'), passes(0)),
  'a call waits for a skill beside an idle agent': () =>
    after(under({}), isReady('ann'), comes('one', { needs: [es] })),
  'a relaxed call rings': () =>
    after(
      under({ relax: [{ afterMs: 5_000, skill: 'es', lowerBy: 1 }] }),
      isReady('ann'),
      comes('one', { needs: [es] }),
      passes(5_000),
    ),
  'a call has risen and waits': () =>
    after(under({ rises: [{ afterMs: 1_000, priority: 9 }] }), comes('one'), passes(1_000)),
  'a call waits behind the limit of talks': () =>
    after(under({ maxTalking: 1 }), isReady('ann', 'ben'), comes('one'), comes('two')),
  'a call waits since members are kept free': () =>
    after(under({ keepFree: { agents: 1, fromPriority: 8 } }), isReady('ann'), comes('one')),
  'the second wave rings': () =>
    after(
      under({ strategy: 'ring-all', waves: { size: 1, everyMs: 2_000 } }),
      isReady('ann', 'ben'),
      comes('one'),
      passes(2_000),
    ),
  'a wished place was given': () => after(under({}), comes('one'), comes('two', { place: 1 })),
};
