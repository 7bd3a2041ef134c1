import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { takePorts } from '../lab/ports.ts';
import { makeScratch, removeScratch } from '../lab/scratch.ts';

const entry = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

/** An Asterisk's HTTP server that says this version of itself, and after so many refusals: it may still be starting. */
async function asteriskOf(version: string, refusals: number): Promise<Server> {
  let asked = 0;
  const server = createServer((request, response) => {
    if (!request.url?.startsWith('/ari/asterisk/info')) return void response.writeHead(404).end();
    asked += 1;
    if (asked <= refusals) return void response.writeHead(503).end();
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ system: { version, entity_id: '00' } }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUp.push(
    () => server.close(),
    () => server.closeAllConnections(),
  );
  return server;
}

test('given_an_asterisk_without_rest_over_the_websocket_when_serve_finds_it_then_it_says_so_and_ends_with_69', async () => {
  const server = await asteriskOf('22.3.0', 1);
  const home = makeScratch('old');
  const { ports, release } = await takePorts(2);
  const http = (server.address() as AddressInfo).port;
  writeFileSync(
    join(home, 'cordboard.yaml'),
    `asterisk: {http-port: ${http}, ami: {port: ${ports[0]}}}\nhttp: {port: ${ports[1]}}\n`,
  );
  cleanUp.push(() => removeScratch(home), release);
  const init = spawn(process.execPath, [entry, 'init', '--home', home], { stdio: 'ignore' });
  await new Promise((resolve) => init.once('close', resolve));
  const daemon = spawn(process.execPath, [entry, 'serve', '--home', home], { stdio: ['ignore', 'pipe', 'pipe'] });
  cleanUp.push(() => daemon.kill('SIGKILL'));
  let said = '';
  for (const stream of [daemon.stdout, daemon.stderr]) {
    stream.on('data', (chunk) => {
      said += chunk;
    });
  }
  expect(await new Promise((resolve) => daemon.once('close', resolve))).toBe(69);
  expect(said).toContain('this Asterisk has no REST over the WebSocket of ARI: refusing to serve');
  expect(said).toContain('22.3.0');
  expect(said).toContain('22.4, 21.9 or 20.14, or later');
});
