import { parseNeeds } from '../../src/core/needs.ts';
import { type Member, memberOf, type NobodyRule, type QueueGiven } from '../../src/core/queue-settings.ts';

/** `ben`, `ben/5` with a penalty of 5, or `ben*9` with a weight of 9. */
export function memberFrom(text: string): Member {
  const [, user = '', penalty = '0', weight = '1'] = /^([^/*]+)(?:\/(\d+))?(?:\*(\d+))?$/.exec(text) ?? [];
  if (user === '') throw new Error(`not a member: ${text}`);
  return memberOf({ user, penalty: Number(penalty), weight: Number(weight) });
}

/** The rules of a queue, as a group's line may say them: only those that are said. */
export function rulesOf(after: (word: string) => string | undefined): Partial<QueueGiven> {
  const said = <T>(word: string, read: (text: string) => T): T | undefined => {
    const text = after(word);
    return text === undefined ? undefined : read(text);
  };
  const all = {
    // `waves of 3 every 4s`
    waves: said('waves of', (text) => ({ size: Number(text.split(' ')[0]), everyMs: seconds(text.split(' ')[2]) })),
    // `needs es>=3,billing`
    needs: said('needs', (text) => parseNeeds(text) ?? []),
    // `relax 10s:es-2 30s:all`: the level falls by so much, or everything is only preferred
    relax: said('relax', (text) => text.split(' ').map(relaxation)),
    // `rises 60s:8`
    rises: said('rises', (text) => text.split(' ').map(rise)),
    // `tiers 20s`: the next one opens every so often
    tiers: said('tiers', (text) => ({ afterMs: seconds(text), whenTried: true })),
    // `holds 2 calls`, `talks 1 at a time`, `keeps 1 from 8`
    maxLength: said('holds', (text) => Number(text.split(' ')[0])),
    maxTalking: said('talks', (text) => Number(text.split(' ')[0])),
    keepFree: said('keeps', (text) => {
      const [agents = '', , fromPriority = ''] = text.split(' ');
      return { agents: Number(agents), fromPriority: Number(fromPriority) };
    }),
    announce: said('announces', () => 'whisper' as const),
    announceSound: said('announces', (text) => (text === 'a-beep' ? null : text)),
    refuseWhen: said('refuse', (text) => text as NobodyRule),
    leaveWhen: said('leave', (text) => text as NobodyRule),
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

function relaxation(text: string): { afterMs: number; skill: string | null; lowerBy: number | null } {
  const [after = '', what = ''] = text.split(':');
  const [, skill = '', by = ''] = /^(\S+)-(\d+)$/.exec(what) ?? [];
  return { afterMs: seconds(after), skill: skill || null, lowerBy: by === '' ? null : Number(by) };
}

function rise(text: string): { afterMs: number; priority: number } {
  const [after = '', priority = ''] = text.split(':');
  return { afterMs: seconds(after), priority: Number(priority) };
}

/** Whole seconds: `20s`. */
function seconds(text = ''): number {
  return Number(text.replace(/s$/, '')) * 1_000;
}
