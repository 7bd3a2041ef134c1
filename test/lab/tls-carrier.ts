import { readFileSync } from 'node:fs';
import { createServer, type TLSSocket } from 'node:tls';

/** A carrier that is reached by TLS alone, since SIPp has none: it answers each OPTIONS with 200, and each INVITE with 486. */
export type TlsCarrier = {
  readonly port: number;
  /** Every request so far, as it came. */
  readonly requests: readonly string[];
  close(): Promise<void>;
};

/** Listens on this address with this certificate and key (files). */
export async function startTlsCarrier(address: string, certificate: string, key: string): Promise<TlsCarrier> {
  const requests: string[] = [];
  const sockets = new Set<TLSSocket>();
  const server = createServer({ cert: readFileSync(certificate), key: readFileSync(key) }, (socket) => {
    sockets.add(socket);
    let rest = '';
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (data) => {
      rest += data.toString();
      for (let message = takeMessage(rest); message !== null; message = takeMessage(rest)) {
        rest = rest.slice(message.length);
        requests.push(message);
        const status = { OPTIONS: '200 OK', INVITE: '486 Busy Here' }[message.split(' ')[0] ?? ''];
        if (status !== undefined) socket.write(answerTo(message, status));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  const at = server.address();
  return {
    port: typeof at === 'object' && at !== null ? at.port : 0,
    requests,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

/** The first whole message (RFC 3261 section 18.3: over a stream its Content-Length says where it ends); null: not all is here. */
function takeMessage(text: string): string | null {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const length = end + 4 + Number(/^(?:Content-Length|l):\s*(\d+)/im.exec(text.slice(0, end))?.[1] ?? 0);
  return text.length < length ? null : text.slice(0, length);
}

function answerTo(request: string, status: string): string {
  const same = request.split('\r\n').filter((line) => /^(Via|From|Call-ID|CSeq):/i.test(line));
  const to = `${/^To:.*$/im.exec(request)?.[0].trim() ?? ''};tag=carrier`;
  return [`SIP/2.0 ${status}`, ...same, to, 'Content-Length: 0', '', ''].join('\r\n');
}
