import fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import { Refusal } from '../directory/refusal.ts';
import type { Log } from '../lib/log.ts';
import { whyOf } from '../lib/why.ts';
import type { RefusalBody } from '../protocol/refusal.ts';
import { agentRoutes } from './agent-routes.ts';
import { auditRoutes } from './audit-routes.ts';
import { callRoutes } from './call-routes.ts';
import { drainRoutes } from './drain-routes.ts';
import { eventRoutes } from './event-routes.ts';
import { groupRoutes } from './group-routes.ts';
import { mailboxRoutes } from './mailbox-routes.ts';
import { numberRoutes } from './number-routes.ts';
import { outboundRoutes } from './outbound-routes.ts';
import { phoneRoutes } from './phone-routes.ts';
import { queueRoutes } from './queue-routes.ts';
import { reasonRoutes } from './reason-routes.ts';
import type { Services } from './services.ts';
import { siteRoutes } from './site-routes.ts';
import { skillRoutes } from './skill-routes.ts';
import { statusRoutes } from './status-routes.ts';
import { trunkRoutes } from './trunk-routes.ts';
import { userRoutes } from './user-routes.ts';
import { whyRoutes } from './why-routes.ts';

/** The REST interface on a Unix socket. It has no sign-in yet: who can open the socket owns the exchange. */
export function buildServer(services: Services, log: Log): FastifyInstance {
  // A follower's stream never ends by itself: closing must not wait for it.
  const app = fastify({
    logger: false,
    bodyLimit: 8 * 1024 * 1024,
    forceCloseConnections: true,
    // What fastify says before any route is found (a name that is too long, an address that is none) reads like the rest.
    frameworkErrors: (error, request, reply: FastifyReply) => {
      const message = whyOf(error);
      void reply
        .code(400)
        .send(refused('invalid', `${request.method}: expected an address of this interface: ${message}`));
    },
  });
  app.setErrorHandler((error, request, reply) => {
    if (error instanceof Refusal) {
      void reply.code(statusOf(error.code)).send(refused(error.code, error.message, error.field));
      return;
    }
    const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
    if (status >= 400 && status < 500) {
      void reply.code(status).send(refused('invalid', whyOf(error)));
      return;
    }
    log.error({ err: error, method: request.method, url: request.url }, 'a request failed');
    void reply.code(500).send(refused('internal', 'Something is wrong in the daemon: its log says what'));
  });
  app.setNotFoundHandler((request, reply) => {
    void reply.code(404).send(refused('not-found', `There is no ${request.method} ${request.url}`));
  });
  userRoutes(app, services);
  groupRoutes(app, services);
  queueRoutes(app, services);
  skillRoutes(app, services);
  reasonRoutes(app, services);
  agentRoutes(app, services);
  callRoutes(app, services);
  eventRoutes(app, services);
  phoneRoutes(app, services);
  statusRoutes(app, services);
  drainRoutes(app, services);
  whyRoutes(app, services);
  trunkRoutes(app, services);
  numberRoutes(app, services);
  outboundRoutes(app, services);
  siteRoutes(app, services);
  auditRoutes(app, services);
  mailboxRoutes(app, services);
  return app;
}

function refused(code: string, message: string, field?: string): RefusalBody {
  return { error: field === undefined ? { code, message } : { code, message, field } };
}

/** The engine's own codes come on top of ours: they are conflicts with the state of things, or unknown things. */
function statusOf(code: string): number {
  if (code.startsWith('unknown-') || code === 'not-found') return 404;
  if (code === 'invalid' || code === 'out-of-range' || code === 'no-extension' || code === 'no-context') return 400;
  if (code === 'stale') return 412;
  if (code === 'engine-silent') return 504;
  if (code === 'pbx-failed') return 502;
  return 409;
}
