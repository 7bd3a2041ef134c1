import type { IgnoredWish } from '../core/events.ts';
import { NEEDS_FORM, parseNeeds } from '../core/needs.ts';
import type { Wishes } from '../core/state.ts';

/** What a caller brings along: what could be read, and what could not. Each is absent where there is nothing. */
export type Brought = { readonly wishes?: Wishes; readonly ignored?: readonly IgnoredWish[] };

const keys = ['priority', 'place', 'needs'] as const;
type Key = (typeof keys)[number];

/**
 * Reads the arguments of `Stasis()` behind the application and the number: `priority=8,place=2,needs=lang.es>=3,~vip` in any
 * order. Needs have commas, which part arguments: what has no key of its own goes on with the one before. An empty value is
 * no wish, and what comes before any key is none of these. Bad text is ignored and told: no caller is lost by it.
 */
export function wishesOf(args: readonly unknown[]): Brought {
  const said = gathered(args);
  if (said.size === 0) return {};
  const ignored: IgnoredWish[] = [];
  const read = <T>(wish: Key, expected: string, parse: (text: string) => T | null): T | undefined => {
    const text = said.get(wish);
    if (text === undefined) return undefined;
    const value = parse(text);
    if (value === null) ignored.push({ wish, got: shown(text), expected });
    return value ?? undefined;
  };
  const wishes = present({
    priority: read('priority', 'a whole number from 1 to 10', (text) => whole(text, 10)),
    place: read('place', 'a whole number from 1 to 10000', (text) => whole(text, 10_000)),
    needs: read('needs', NEEDS_FORM, parseNeeds),
  });
  return {
    ...(Object.keys(wishes).length === 0 ? {} : { wishes }),
    ...(ignored.length === 0 ? {} : { ignored }),
  };
}

/** The text of each key; none for a key with an empty one. */
function gathered(args: readonly unknown[]): ReadonlyMap<Key, string> {
  const said = new Map<Key, string>();
  let open: Key | null = null;
  for (const arg of args) {
    if (typeof arg !== 'string') continue;
    const named = keys.find((key) => arg.startsWith(`${key}=`));
    if (named !== undefined) said.set(named, arg.slice(named.length + 1));
    else if (open !== null) said.set(open, `${said.get(open)},${arg}`);
    open = named ?? open;
  }
  for (const [key, text] of said) if (text.trim() === '') said.delete(key);
  return said;
}

function whole(text: string, most: number): number | null {
  const value = Number(text);
  return /^\s*\d{1,5}\s*$/.test(text) && value >= 1 && value <= most ? value : null;
}

/** Untrusted text for a fact and a log line: short, and nothing in it that is no letter. */
function shown(text: string): string {
  return text.slice(0, 80).replace(/[\p{Cc}\p{Cs}]/gu, '?');
}

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function present<T extends object>(value: T): Present<T> {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as Present<T>;
}
