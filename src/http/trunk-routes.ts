import type { FastifyInstance } from 'fastify';
import { Refusal } from '../directory/refusal.ts';
import { addTrunk, existingTrunk, removeTrunk, setTrunk, trunkView } from '../directory/trunks.ts';
import { whyOf } from '../lib/why.ts';
import { newTrunkSchema, type TrunksChecked, type TrunkView, trunkPatchSchema } from '../protocol/trunks.ts';
import { bodyOf, pathPart, whoOf } from './request.ts';
import type { Services } from './services.ts';

/** `/v1/trunks` */
export function trunkRoutes(app: FastifyInstance, services: Services): void {
  const { directory } = services;

  app.get('/v1/trunks', (): { trunks: readonly TrunkView[] } => ({
    trunks: views(services, directory.store.outside.trunks.all()),
  }));

  app.post('/v1/trunks', async (request, reply): Promise<{ trunk: TrunkView | null }> => {
    const row = addTrunk(directory, bodyOf(newTrunkSchema, request), whoOf(request));
    await services.settled();
    const isMade = directory.store.outside.trunks.find(row.id) !== null;
    reply.code(201);
    if (!isMade) reply.code(200);
    return { trunk: isMade ? view(services, row.id) : trunkView(row, null, undefined, 0) };
  });

  app.post('/v1/trunks/check', async (): Promise<TrunksChecked> => {
    try {
      return await services.trunkKeeper.inspect();
    } catch (error) {
      const why = whyOf(error);
      throw new Refusal('pbx-failed', `Asterisk cannot be asked for its trunks: ${why}`);
    }
  });

  app.get('/v1/trunks/:name', (request): { trunk: TrunkView | null } => ({
    trunk: view(services, pathPart(request, 'name')),
  }));

  app.patch('/v1/trunks/:name', async (request): Promise<{ trunk: TrunkView | null }> => {
    const row = setTrunk(directory, pathPart(request, 'name'), bodyOf(trunkPatchSchema, request), whoOf(request));
    await services.settled();
    return { trunk: views(services, [row])[0] ?? null };
  });

  app.delete('/v1/trunks/:name', async (request): Promise<{ removed: string }> => {
    const name = pathPart(request, 'name');
    removeTrunk(directory, name, whoOf(request));
    await services.settled();
    return { removed: name };
  });
}

function view(services: Services, name: string): TrunkView | null {
  return views(services, [existingTrunk(services.directory, name)])[0] ?? null;
}

function views(services: Services, rows: readonly ReturnType<typeof existingTrunk>[]): readonly TrunkView[] {
  const live = services.live.trunks();
  const pushed = services.directory.store.outside.trunks.pushed();
  const calls = services.live.calls();
  const on = (name: string): number => {
    const legs = services.live.legs(calls.flatMap((call) => call.legs));
    return legs.filter((leg) => leg.trunk === name).length;
  };
  return rows.map((row) => trunkView(row, live.get(row.id) ?? null, pushed.get(row.id), on(row.id)));
}
