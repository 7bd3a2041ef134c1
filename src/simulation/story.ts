import type { JournalEntry } from '../storage/live/store.ts';
import { startMs } from './rig.ts';

/**
 * The steps of a batch as lines: `>` what the engine was told, `!` what it asked for, and indented what happened. Times are
 * seconds of engine time since the beginning.
 */
export function storyOf(steps: readonly JournalEntry[]): string[] {
  return steps.flatMap(({ at, event, commands, facts }) => {
    const time = ((at - startMs) / 1000).toFixed(3).padStart(9);
    return [
      `${time} > ${said(event)}`,
      ...commands.map((command) => `${time} ! ${said(command)}`),
      ...facts.map((fact) => `${time}     ${said(fact)}`),
    ];
  });
}

/** `offer-rang offer=cb-e1-o3 agent=u2 evidence=ringing`: its kind first, then what it says of whom. */
function said(one: object): string {
  const { type, do: what, seq: _, at: _at, ...rest } = one as Readonly<Record<string, unknown>>;
  const parts = Object.entries(rest).map(([name, value]) => `${name}=${brief(value)}`);
  return [type ?? what, ...parts].join(' ');
}

/** Long lists are counted; what is left out by `null` is a dash. */
function brief(value: unknown): string {
  if (value === null) return '–';
  if (Array.isArray(value)) return value.length > 3 ? `(${value.length})` : `[${value.map(brief).join(' ')}]`;
  if (typeof value !== 'object') return String(value);
  const { do: what, ...rest } = value as Readonly<Record<string, unknown>>;
  const parts = Object.entries(rest).map(([name, one]) => `${name}=${brief(one)}`);
  return `{${[what, ...parts].filter((part) => part !== undefined).join(' ')}}`;
}
