import { chmodSync, existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import type { FastifyInstance } from 'fastify';

/** The longest path that fits into `sun_path` on Linux, without its final zero. */
const LONGEST_PATH = 107;
const PROBE_MS = 1_000;

/**
 * Listens on a Unix socket that only its owner can open. A socket file that nobody answers on is replaced; rejects when
 * somebody does. The socket is made in a closed directory and moved into place, so that it is at no moment open to others.
 */
export async function listenOnSocket(app: FastifyInstance, path: string): Promise<{ remove(): void }> {
  if (Buffer.byteLength(path) + 10 > LONGEST_PATH) {
    throw new Error(
      `The socket's path is too long for the system (${path}): choose a shorter home, or "socket" in cordboard.yaml.`,
    );
  }
  if (existsSync(path) && (await answers(path))) {
    throw new Error(`Another daemon answers on ${path}: stop it first, or use another home.`);
  }
  const closed = mkdtempSync(join(dirname(path), '.s-'));
  try {
    const made = join(closed, 's');
    await app.listen({ path: made });
    chmodSync(made, 0o600);
    renameSync(made, path);
  } finally {
    rmSync(closed, { recursive: true, force: true });
  }
  return { remove: () => rmSync(path, { force: true }) };
}

/** Whether anybody accepts connections there. */
function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const settle = (answered: boolean): void => {
      socket.destroy();
      resolve(answered);
    };
    socket.setTimeout(PROBE_MS, () => settle(true));
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
  });
}
