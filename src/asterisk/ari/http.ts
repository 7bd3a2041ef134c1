import { Agent, request as send } from 'node:http';
import type { AriLink, AriRequest, AriResponse } from './port.ts';

/** Where Asterisk's HTTP server is and who we are there. `requestMs` is how long an answer may take (default 15,000). */
export type AriHttpOptions = {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly secret: string;
  readonly requestMs?: number;
};

const noAnswer: AriResponse = { status: 0, body: null };

/**
 * ARI over plain HTTP, for answers that grow with the load. Asterisk 22.10.1 copies each WebSocket frame that it writes onto
 * its stack of 480 KB: a list of about 1,000 channels as an answer on the event socket is a segmentation fault, and
 * every call is gone. Over HTTP 3,000 channels come in some 100 ms.
 */
export function createAriHttp(options: AriHttpOptions): Pick<AriLink, 'request'> & { close(): void } {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const authorization = `Basic ${Buffer.from(`${options.user}:${options.secret}`).toString('base64')}`;
  return {
    request: ({ method, uri, body }: AriRequest, done) => {
      const text = body === undefined ? undefined : JSON.stringify(body);
      const headers = { authorization, ...(text === undefined ? {} : { 'content-type': 'application/json' }) };
      const { host, port } = options;
      let answered = false;
      const answer = (response: AriResponse) => {
        if (!answered) setImmediate(done, response);
        answered = true;
      };
      const sent = send({ host, port, method, path: `/ari/${uri}`, headers, agent }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => answer({ status: response.statusCode ?? 0, body: parse(Buffer.concat(chunks)) }));
        response.on('error', () => answer(noAnswer));
      });
      sent.setTimeout(options.requestMs ?? 15_000, () => sent.destroy());
      sent.on('error', () => answer(noAnswer));
      sent.on('close', () => answer(noAnswer));
      sent.end(text);
    },
    close: () => agent.destroy(),
  };
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return null;
  }
}
