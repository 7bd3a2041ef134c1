import type { FastifyInstance } from 'fastify';
import type { Services } from './services.ts';

/**
 * `/v1/drain`: the engine's way out, and back. When nobody waits the process ends right after the answer, so the answer
 * asks the engine nothing more.
 */
export function drainRoutes(app: FastifyInstance, services: Services): void {
  app.post('/v1/drain', async (): Promise<{ draining: boolean }> => {
    await services.engine.ask({ do: 'drain' });
    return { draining: true };
  });

  app.delete('/v1/drain', async (): Promise<{ draining: boolean }> => {
    await services.engine.ask({ do: 'undrain' });
    return { draining: false };
  });
}
