import type { FastifyInstance } from 'fastify';
import * as z from 'zod';
import { DESTINATION_FORMS, parseDestination } from '../directory/destination.ts';
import { checkNumbers, withClasses } from '../directory/number-classes.ts';
import { checkDestination } from '../directory/overflow.ts';
import { Refusal } from '../directory/refusal.ts';
import { type CallLife, type CallView, moveSchema } from '../protocol/calls.ts';
import { openCallView, pastCallView } from '../reports/call-view.ts';
import { bodyOf, pathPart, queryOf } from './request.ts';
import type { Services } from './services.ts';

const listQuery = z.object({
  all: z.stringbool().default(false),
  limit: z.coerce.number().int().min(1).max(1_000).default(50),
});

/** `/v1/calls` */
export function callRoutes(app: FastifyInstance, services: Services): void {
  const { live, engine } = services;

  app.get('/v1/calls', (request): { calls: readonly CallView[] } => {
    const { all, limit } = queryOf(listQuery, request);
    const now = services.now();
    const open = live
      .calls()
      .filter((call) => call.phase !== 'ended')
      .map((call) => openCallView(call, live.caller(call.id), now))
      .sort((a, b) => b.arrivedAt - a.arrivedAt);
    const past = all
      ? live.endedCalls(limit).flatMap((id) => pastCallView(live.factsOfCall(id), live.caller(id), now) ?? [])
      : [];
    return { calls: [...open, ...past] };
  });

  app.get('/v1/calls/:id', (request): CallLife => {
    const id = pathPart(request, 'id');
    const row = live.call(id);
    const facts = live.factsOfCall(id);
    const now = services.now();
    const caller = live.caller(id);
    const call =
      row !== null && row.phase !== 'ended' ? openCallView(row, caller, now) : pastCallView(facts, caller, now);
    if (call === null) {
      throw unknownCall(id);
    }
    return { call, facts, legs: live.legs(row?.legs ?? []), offers: live.offers(row?.offers ?? []) };
  });

  app.post('/v1/calls/:id/hang-up', async (request): Promise<{ call: string }> => {
    const id = openCall(pathPart(request, 'id'));
    await engine.ask({ do: 'hang-up', call: id });
    return { call: id };
  });

  app.post('/v1/calls/:id/move', async (request): Promise<{ call: string }> => {
    const id = openCall(pathPart(request, 'id'));
    const { to: written } = bodyOf(moveSchema, request);
    const to = parseDestination(written);
    if (to === null) {
      throw new Refusal('invalid', `to: expected a destination: ${DESTINATION_FORMS}; got ${written}`, 'to');
    }
    checkDestination(services.directory.store, 'to', to);
    checkNumbers(to, services.config.numbering, 'to');
    await engine.ask({ do: 'move', call: id, to: withClasses(to, services.config.numbering) });
    return { call: id };
  });

  /** A `Refusal` says of a call that is over when and how it ended. */
  function openCall(id: string): string {
    const row = live.call(id);
    if (row !== null && row.phase !== 'ended') return id;
    const past = pastCallView(live.factsOfCall(id), null, services.now());
    if (past === null || past.endedAt === null) throw unknownCall(id);
    const when = new Date(past.endedAt).toISOString();
    throw new Refusal(
      'call-ended',
      `Call ${id} has ended (${past.ending}), at ${when}: see cordboard call show ${id}`,
      'id',
    );
  }
}

function unknownCall(id: string): Refusal {
  return new Refusal('unknown-call', `There is no call ${id}: see cordboard call list --all`, 'id');
}
