import type { FastifyInstance, FastifyReply } from 'fastify';
import * as z from 'zod';
import type { NumberedFact } from '../core/facts.ts';
import { queryOf } from './request.ts';
import type { Services } from './services.ts';

const eventQuery = z.object({
  /** Facts after this number; without it, the last `limit`. */
  after: z.coerce.number().int().min(0).optional(),
  limit: z.coerce.number().int().min(0).max(10_000).default(100),
  follow: z.stringbool().default(false),
});

/** A follower that has not read so many bytes of what happens now is cut off: it can come back with `after`. */
const MOST_BEHIND_BYTES = 4 * 1024 * 1024;
/** So many facts of the past are read, and kept for a follower, at a time. */
const PORTION = 1_000;
const HEARTBEAT_MS = 15_000;

/** `/v1/events`: facts, oldest first. With `follow=true` the answer is NDJSON that goes on; empty lines are heartbeats. */
export function eventRoutes(app: FastifyInstance, services: Services): void {
  const { live } = services;
  app.get('/v1/events', (request, reply): { facts: readonly NumberedFact[] } | FastifyReply => {
    const { after, limit, follow } = queryOf(eventQuery, request);
    const first = after ?? Math.max(0, live.lastSeq() - limit);
    if (!follow) {
      return { facts: live.factsAfter(first, limit) };
    }
    reply.hijack();
    stream(reply, services, first);
    return reply;
  });
}

/**
 * Facts reach the followers after their commit. So: listen first, then read what is stored, at the follower's pace and with what
 * comes in the meantime, then go on with what is published. The sequence numbers show what was sent already, so that none is
 * missing and none comes twice.
 */
function stream(reply: FastifyReply, services: Services, first: number): void {
  const { raw } = reply;
  let last = first;
  let isCatchingUp = false;
  raw.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' });
  raw.flushHeaders();
  const send = (facts: readonly NumberedFact[]): void => {
    for (const fact of facts) {
      if (fact.seq > last) {
        last = fact.seq;
        raw.write(`${JSON.stringify(fact)}\n`);
      }
    }
  };
  const catchUp = (): void => {
    isCatchingUp = true;
    while (!raw.destroyed) {
      if (raw.writableNeedDrain) {
        raw.once('drain', catchUp);
        return;
      }
      const stored = services.live.factsAfter(last, PORTION);
      if (stored.length === 0) break;
      send(stored);
    }
    isCatchingUp = false;
  };
  const leave = services.followers.follow((facts) => {
    // It will find them stored.
    if (isCatchingUp) return;
    // A gap means that facts were published before this follower was there: they are in the database.
    if ((facts[0]?.seq ?? 0) > last + 1) return catchUp();
    send(facts);
    if (raw.writableLength > MOST_BEHIND_BYTES) raw.destroy();
  });
  const heartbeat = setInterval(() => {
    if (!raw.writableNeedDrain) raw.write('\n');
  }, HEARTBEAT_MS);
  raw.on('close', () => {
    clearInterval(heartbeat);
    leave();
  });
  catchUp();
}
