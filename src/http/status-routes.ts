import type { FastifyInstance } from 'fastify';
import { versionOf } from '../lib/version.ts';
import type { StatusView } from '../protocol/status.ts';
import type { Services } from './services.ts';

const VERSION = versionOf();
const PATIENCE_MS = 2_000;

/** `/v1/status` */
export function statusRoutes(app: FastifyInstance, services: Services): void {
  app.get('/v1/status', async (): Promise<StatusView> => {
    const [engine, asterisk] = await Promise.all([services.engine.status(PATIENCE_MS), services.readPbx()]);
    const { store } = services.directory;
    const agents = services.live.agents().filter((agent) => agent.signedIn);
    return {
      version: VERSION,
      pid: process.pid,
      home: services.config.home,
      config: services.config.file,
      now: services.now(),
      engine,
      asterisk,
      counts: {
        users: store.users.count(),
        phones: {
          registered: services.live.phones().filter((phone) => phone.registered).length,
          unprovisioned: store.phones.unappliedCount(),
        },
        groups: store.queues.count('group'),
        agents: { signedIn: agents.length, ready: agents.filter((agent) => agent.ready.is).length },
        openCalls: services.live.calls().filter((call) => call.phase !== 'ended').length,
      },
    };
  });
}
