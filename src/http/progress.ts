import type { FastifyReply } from 'fastify';
import { Refusal } from '../directory/refusal.ts';
import { whyOf } from '../lib/why.ts';
import type { RefusalBody } from '../protocol/refusal.ts';
import type { PastProgress, PastWatch, WhyLine } from '../protocol/why.ts';

/**
 * Answers what may take long. A client that goes away stops the work. With `isTold` the answer of what did take long is NDJSON:
 * a line each time that something is told, and the answer or the refusal as the last one; what is soon done is answered as ever.
 */
export async function withProgress<T>(
  reply: FastifyReply,
  isTold: boolean,
  work: (watch: PastWatch) => Promise<T>,
): Promise<T | FastifyReply> {
  const { raw } = reply;
  const stop = new AbortController();
  const onClose = (): void => stop.abort();
  raw.once('close', onClose);
  let isBegun = false;
  const say = (line: WhyLine<T>): void => {
    if (!raw.destroyed) raw.write(`${JSON.stringify(line)}\n`);
  };
  const tell = (progress: PastProgress): void => {
    if (!isTold) return;
    if (!isBegun) {
      isBegun = true;
      reply.hijack();
      raw.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' });
    }
    say({ progress });
  };
  try {
    const answer = await work({ tell, signal: stop.signal });
    if (!isBegun) return answer;
    say({ answer });
  } catch (error) {
    if (!isBegun) throw error;
    say(refusedAs(error));
  } finally {
    raw.off('close', onClose);
  }
  raw.end();
  return reply;
}

function refusedAs(error: unknown): RefusalBody {
  const message = whyOf(error);
  if (!(error instanceof Refusal)) return { error: { code: 'internal', message } };
  const { code, field } = error;
  return { error: field === undefined ? { code, message } : { code, message, field } };
}
