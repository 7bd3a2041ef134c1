import { connect, createServer, type Socket } from 'node:net';

/** A TCP relay on 127.0.0.1 to a port there, whose connections can be cut as a network does it. */
export type Relay = {
  readonly port: number;
  /** Breaks every connection and lets no new one through for so long. */
  cut(forMs: number): void;
  close(): Promise<void>;
};

export async function openRelay(to: number): Promise<Relay> {
  const sockets = new Set<Socket>();
  let closedUntil = 0;
  const server = createServer((near) => {
    if (performance.now() < closedUntil) {
      near.destroy();
      return;
    }
    const far = connect(to, '127.0.0.1');
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.pipe(other);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const cut = (forMs: number): void => {
    closedUntil = performance.now() + forMs;
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    cut,
    close: () => {
      cut(60_000);
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
