import { createSocket } from 'node:dgram';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Ports that nobody else takes until `release`: other labs on this machine keep away from them. */
export type PortBlock = { readonly ports: readonly number[]; release(): void };

// Below Linux's ephemeral range (32768 and up), where any outgoing connection may sit on a port that we chose.
const firstPort = 27_000;
const lastPort = 32_700;
const blockSize = 10;

/** Takes `count` (at most 10) ports that are free on 127.0.0.1, UDP and TCP; rejects when there are no more. */
export async function takePorts(count: number): Promise<PortBlock> {
  const blocks = Math.floor((lastPort - firstPort) / blockSize);
  const start = Math.floor(Math.random() * blocks);
  for (let tried = 0; tried < blocks; tried++) {
    const first = firstPort + ((start + tried) % blocks) * blockSize;
    const release = claim(first);
    if (release === null) continue;
    const ports = Array.from({ length: count }, (_, index) => first + index);
    if ((await Promise.all(ports.map(isFree))).every(Boolean)) return { ports, release };
    release();
  }
  throw new Error(`no ${count} free ports between ${firstPort} and ${lastPort}`);
}

/** A directory is the claim, since making one is atomic; it names the process, so that a dead one's claim can be taken. */
function claim(first: number): (() => void) | null {
  const directory = join(tmpdir(), `cordboard-lab-ports-${first}`);
  const owner = join(directory, 'pid');
  const release = (): void => rmSync(directory, { recursive: true, force: true });
  try {
    mkdirSync(directory);
  } catch {
    if (isOwned(owner)) return null;
    release();
    return claim(first);
  }
  writeFileSync(owner, String(process.pid));
  process.once('exit', release);
  return () => {
    process.removeListener('exit', release);
    release();
  };
}

function isOwned(owner: string): boolean {
  try {
    const pid = Number(readFileSync(owner, 'utf8'));
    // An empty file is a claim that is just being written.
    if (pid === 0) return true;
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}

async function isFree(port: number): Promise<boolean> {
  const tcp = await new Promise<boolean>((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
  const udp = await new Promise<boolean>((resolve) => {
    const socket = createSocket('udp4');
    socket.once('error', () => resolve(false));
    socket.bind(port, '127.0.0.1', () => socket.close(() => resolve(true)));
  });
  return tcp && udp;
}
