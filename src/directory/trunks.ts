import { standing, type Trunk, type TrunkSettings } from '../core/outside.ts';
import { defined } from '../lib/defined.ts';
import { type NewTrunk, type TrunkBody, type TrunkPatch, type TrunkView, trunkDefaults } from '../protocol/trunks.ts';
import { type Change, change, type DirectoryContext } from './context.ts';
import { Refusal } from './refusal.ts';

type TrunkRow = TrunkBody & { readonly id: string };

/** Adds a trunk; with `dryRun` everything is checked, and nothing done. Throws a `Refusal`. */
export function addTrunk(context: DirectoryContext, input: NewTrunk, who: string): TrunkRow {
  const { name, dryRun = false, ...said } = input;
  const { trunks } = context.store.outside;
  const work = (now: Change): TrunkRow => {
    if (trunks.find(name) !== null)
      throw new Refusal('taken', `name: expected a new one; the trunk ${name} exists`, 'name');
    const body: TrunkBody = { ...trunkDefaults, ...defined(said), host: said.host };
    check(body);
    refuseShared(context, name, body, []);
    trunks.put(name, body);
    trunks.forget(name);
    now.audit('trunk.add', name, null, shownBody(body));
    return { ...body, id: name };
  };
  return change(context, who, work, dryRun);
}

/** Changes what is named, or with `dryRun` says what would be. Calls that are on it go on. */
export function setTrunk(context: DirectoryContext, name: string, patch: TrunkPatch, who: string): TrunkRow {
  const { trunks } = context.store.outside;
  const { dryRun = false, ...said } = patch;
  const work = (now: Change): TrunkRow => {
    const { id: _, ...before } = existingTrunk(context, name);
    const body: TrunkBody = { ...before, ...defined(said) };
    check(body);
    refuseShared(context, name, body, placesOf(before).map(matched));
    trunks.put(name, body);
    now.audit('trunk.set', name, shownBody(before), { ...shownBody(body), ...newPassword(before, body) });
    return { ...body, id: name };
  };
  return change(context, who, work, dryRun);
}

/** Removes a trunk; refused while a route names it. */
export function removeTrunk(context: DirectoryContext, name: string, who: string): void {
  const { trunks, routes } = context.store.outside;
  change(context, who, (now) => {
    const { id: _, ...before } = existingTrunk(context, name);
    const using = routes.all().find((route) => route.trunk === name);
    if (using !== undefined)
      throw new Refusal(
        'in-use',
        `the number ${using.id} is for ${name} only: change that first (cordboard number set)`,
      );
    trunks.remove(name);
    now.audit('trunk.remove', name, shownBody(before), null);
  });
}

/** The trunk, or a `Refusal`. */
export function existingTrunk(context: Pick<DirectoryContext, 'store'>, name: string): TrunkRow {
  const trunk = context.store.outside.trunks.find(name);
  if (trunk === null) throw new Refusal('unknown-trunk', `There is no trunk ${name}: see cordboard trunk list`, 'name');
  return trunk;
}

/** A trunk as people see it. `live` is the engine's row, `pushed` what Asterisk was given. */
export function trunkView(
  row: TrunkRow,
  live: Trunk | null,
  pushed: { readonly applied: string | null; readonly failure: string | null } | undefined,
  calls: number,
): TrunkView {
  const { id, password: _, ...rest } = row;
  const up = live === null ? null : standing(live);
  return {
    name: id,
    ...rest,
    provisioned: pushed !== undefined && pushed.applied !== null,
    failure: pushed?.failure ?? null,
    up,
    reachable: live?.reachable ?? null,
    registered: live?.registered ?? null,
    since: live?.since ?? null,
    calls,
  };
}

/** What the engine needs to know of a trunk: no secrets. */
export function trunkSettings(row: TrunkRow): TrunkSettings {
  const { id, order, outbound, format, maxCalls, unreachableAfterMs, ringMs, callerId } = row;
  return {
    ...{ id, order, outbound, format, maxCalls, unreachableAfterMs, ringMs, callerId },
    isAsked: row.qualifyS > 0,
    registers: row.register,
    headers: row.headers.map((header) => {
      const colon = header.indexOf(':');
      return [header.slice(0, colon), header.slice(colon + 1).trim()] as const;
    }),
  };
}

function check(body: TrunkBody): void {
  if (body.register && (body.username === null || body.password === null))
    throw new Refusal('invalid', 'register: expected a username and a password with it', 'register');
  if ((body.username === null) !== (body.password === null))
    throw new Refusal('invalid', 'password: expected a username and a password, or neither', 'password');
}

/**
 * Asterisk knows a carrier by where its calls come from, whatever the port: of two trunks at one place all calls would come by one of
 * them. Two accounts at one carrier are like that, and are wanted for what goes out. `had`: what it had before, from when nobody refused
 * that, may stay.
 */
function refuseShared(context: DirectoryContext, name: string, body: TrunkBody, had: readonly string[]): void {
  const isOther = ({ id, register }: TrunkRow) => id !== name && !(register && body.register);
  const others = context.store.outside.trunks.all().filter(isOther);
  for (const [place, text] of placesOf(body).entries()) {
    if (had.includes(matched(text))) continue;
    const owner = others.find((other) => placesOf(other).some((its) => matched(its) === matched(text)));
    if (owner === undefined) continue;
    const field = place === 0 ? 'host' : 'addresses';
    const expected = 'one that no other trunk has, since a carrier is known by its address, whatever the port';
    throw new Refusal('taken', `${field}: expected ${expected}; got ${text}, which ${owner.id} has`, field);
  }
}

function placesOf({ host, addresses }: Pick<TrunkBody, 'host' | 'addresses'>): readonly string[] {
  return [host, ...addresses];
}

/** What of a host or an address is looked at when a call comes in: no port, no brackets, no capitals. */
function matched(place: string): string {
  const host =
    /^\[(.*)\](?::\d+)?$/.exec(place)?.[1] ?? (/^[^:]*:\d+$/.test(place) ? place.replace(/:\d+$/, '') : place);
  return host.toLowerCase().replace(/\.$/, '');
}

/** What of a trunk the audit keeps: its settings, and never its secret. */
export function shownBody(body: TrunkBody): Readonly<Record<string, unknown>> {
  return { ...body, password: body.password === null ? null : '(set)' };
}

function newPassword(before: TrunkBody, { password }: TrunkBody): { newPassword?: true } {
  return password === null || password === before.password ? {} : { newPassword: true };
}
