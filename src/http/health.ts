import { createServer, type Server } from 'node:http';
import type { Readiness } from '../protocol/status.ts';
import type { EngineClient } from './engine-client.ts';

const PATIENCE_MS = 1_000;

/** `/healthz` (this thread lives) and `/readyz` (calls can be taken) over TCP. Rejects when the port is taken. */
export function listenForHealth(options: { host: string; port: number }, engine: EngineClient): Promise<Server> {
  const server = createServer((request, response) => {
    const path = request.url?.split('?')[0];
    const answer = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
      response.end(`${JSON.stringify(body)}\n`);
    };
    if (path === '/healthz') {
      answer(200, { alive: true });
    } else if (path === '/readyz') {
      void readiness(engine).then((readiness) => answer(readiness.ready ? 200 : 503, readiness));
    } else {
      answer(404, { error: { code: 'not-found', message: 'Only /healthz and /readyz are served here' } });
    }
  });
  return new Promise((resolve, reject) => {
    const refuse = (error: NodeJS.ErrnoException): void => {
      const taken = error.code === 'EADDRINUSE' ? 'another program has it' : error.message;
      reject(
        new Error(`Port ${options.port} of ${options.host} (http.port in cordboard.yaml) cannot be opened: ${taken}.`),
      );
    };
    server.once('error', refuse);
    server.listen(options.port, options.host, () => {
      server.off('error', refuse);
      resolve(server);
    });
  });
}

/** Whether calls can be taken now, and why not. */
export async function readiness(engine: EngineClient): Promise<Readiness> {
  const status = await engine.status(PATIENCE_MS);
  if (status === null) {
    return { ready: false, reason: `the engine did not answer within ${PATIENCE_MS} ms`, ami: null };
  }
  const reasons = {
    down: 'Asterisk cannot be reached over ARI',
    connected: 'Asterisk is connected; its calls are being compared with ours',
    ready: null,
  } as const;
  const reason = reasons[status.pbx];
  return { ready: reason === null, reason, ami: status.ami };
}
