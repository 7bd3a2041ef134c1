import type { Destination } from '../core/settings.ts';
import type { NewNumber, NumberPatch, NumberView } from '../protocol/numbers.ts';
import type { RouteBody } from '../storage/directory/outside.ts';
import type { DirectoryStore } from '../storage/directory/store.ts';
import { change, type DirectoryContext } from './context.ts';
import { printDestination } from './destination.ts';
import { checkNumbers } from './number-classes.ts';
import { checkDestination, leadsTo } from './overflow.ts';
import { Refusal } from './refusal.ts';

type RouteRow = RouteBody & { readonly id: string };

/** Adds an inbound route. Throws a `Refusal`. */
export function addNumber(context: DirectoryContext, input: NewNumber, who: string): RouteRow {
  const { name, ...said } = input;
  const { routes } = context.store.outside;
  return change(context, who, (now) => {
    if (routes.find(name) !== null)
      throw new Refusal('taken', `name: expected a new one; the number ${name} exists`, 'name');
    const body: RouteBody = {
      number: said.number,
      to: said.to,
      trunk: said.trunk ?? null,
      caller: said.caller ?? null,
      answer: said.answer ?? 'on-agent',
      early: said.early ?? 'music',
    };
    check(context, name, body);
    checkTo(context, said.to);
    routes.put(name, body);
    now.audit('number.add', name, null, body);
    return { ...body, id: name };
  });
}

/** Changes what is named, for the calls that come from now on. */
export function setNumber(context: DirectoryContext, name: string, patch: NumberPatch, who: string): RouteRow {
  const { routes } = context.store.outside;
  return change(context, who, (now) => {
    const { id: _, ...before } = existingNumber(context, name);
    const body: RouteBody = {
      number: patch.number ?? before.number,
      to: patch.to ?? before.to,
      trunk: patch.trunk === undefined ? before.trunk : patch.trunk,
      caller: patch.caller === undefined ? before.caller : patch.caller,
      answer: patch.answer ?? before.answer,
      early: patch.early ?? before.early,
    };
    check(context, name, body);
    if (patch.to !== undefined) checkTo(context, patch.to);
    routes.put(name, body);
    now.audit('number.set', name, before, body);
    return { ...body, id: name };
  });
}

/** Removes a route: calls to it are refused from now on, or take a less specific one. */
export function removeNumber(context: DirectoryContext, name: string, who: string): void {
  change(context, who, (now) => {
    const { id: _, ...before } = existingNumber(context, name);
    context.store.outside.routes.remove(name);
    now.audit('number.remove', name, before, null);
  });
}

/** A route as people see it. */
export function numberView(row: RouteRow): NumberView {
  const { id, to, ...rest } = row;
  return { name: id, ...rest, to: printDestination(to) };
}

/** The route that leads to this destination, which so cannot go; null when none does. */
export function routeTo(store: DirectoryStore, to: Destination): string | null {
  const wanted = printDestination(to);
  return store.outside.routes.all().find((route) => leadsTo(route.to, wanted))?.id ?? null;
}

/** Refuses to take away what a route leads to. */
export function refuseWhileRouted(store: DirectoryStore, to: Destination): void {
  const route = routeTo(store, to);
  if (route === null) return;
  throw new Refusal(
    'in-use',
    `the number ${route} leads to ${printDestination(to)}: change that first (cordboard number set ${route} --to …)`,
  );
}

/** The route, or a `Refusal`. */
export function existingNumber(context: DirectoryContext, name: string): RouteRow {
  const route = context.store.outside.routes.find(name);
  if (route === null)
    throw new Refusal('unknown-number', `There is no number ${name}: see cordboard number list`, 'name');
  return route;
}

function checkTo(context: DirectoryContext, to: Destination): void {
  checkDestination(context.store, 'to', to);
  checkNumbers(to, context.config.numbering, 'to');
}

function check(context: DirectoryContext, name: string, body: RouteBody): void {
  const { store } = context;
  if (body.trunk !== null && store.outside.trunks.find(body.trunk) === null)
    throw new Refusal('unknown-trunk', `trunk: there is no trunk ${body.trunk}; make it first`, 'trunk');
  const same = store.outside.routes
    .all()
    .find(
      (one) => one.id !== name && one.number === body.number && one.trunk === body.trunk && one.caller === body.caller,
    );
  if (same !== undefined)
    throw new Refusal(
      'taken',
      `number: expected a new one; ${body.number} is ${same.id} already, for the same trunk and caller`,
      'number',
    );
}
