import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createPbxReader } from '../../src/asterisk/control.ts';
import { type LabAsterisk, startAsterisk } from '../lab/asterisk.ts';

// Low-rate control on the real Asterisk, and on HTTP servers that do what makes ari-client hang or throw.
let lab: LabAsterisk;

beforeAll(async () => {
  lab = await startAsterisk();
});
afterAll(() => lab?.stop());

const access = (): Parameters<typeof createPbxReader>[0] => ({
  ...{ host: '127.0.0.1', port: lab.ports.http, user: 'cordboard', secret: lab.ariSecret },
});

test('given_an_asterisk_as_we_configure_it_when_read_then_nothing_is_missing', async () => {
  const print = vi.spyOn(console, 'log');
  const reader = createPbxReader(access());
  const report = await reader.readPbx();
  expect(report).toMatchObject({ host: '127.0.0.1', modulesMissing: [], warnings: [], failure: null });
  expect(report.version).toMatch(/^22\.\d+\.\d+/);
  expect(report.soundLanguages).toContain('en');
  // A second reading uses the same client; and the library's chatter stays off the log.
  expect(await reader.readPbx()).toEqual(report);
  expect(print).not.toHaveBeenCalled();
  print.mockRestore();
});

test('given_a_module_that_is_not_running_when_read_then_it_is_named_with_what_to_do', async () => {
  await lab.rx('module unload func_db.so');
  const report = await createPbxReader(access()).readPbx();
  await lab.rx('module load func_db.so');
  expect(report.modulesMissing).toEqual(['func_db.so']);
  expect(report.warnings).toEqual(['module func_db.so is not running: load it in modules.conf and restart Asterisk']);
});

test('given_a_wrong_secret_when_read_then_the_failure_says_so', async () => {
  const report = await createPbxReader({ ...access(), secret: 'wrong' }).readPbx();
  expect(report).toMatchObject({ version: null, failure: 'ARI refused the user "cordboard" or the secret' });
});

test('given_nobody_listens_when_read_then_the_failure_says_so', async () => {
  const report = await createPbxReader({ ...access(), port: 1 }).readPbx();
  expect(report.version).toBe(null);
  expect(report.failure).toMatch(/ECONNREFUSED|bad port/);
});

/** An API description with one resource, so that ari-client goes on to ask for it. */
const docs = JSON.stringify({
  ...{ apiVersion: '2', swaggerVersion: '1.1', basePath: 'http://127.0.0.1/ari' },
  apis: [{ path: '/api-docs/asterisk.{format}', description: '' }],
});

const faults: [name: string, good: number, bad: (request: IncomingMessage, response: ServerResponse) => void][] = [
  ['never_answers', 0, () => undefined],
  ['stops_answering_after_our_look', 1, () => undefined],
  ['answers_500_after_our_look', 1, (_, response) => response.writeHead(500).end('x')],
  ['answers_html_after_our_look', 1, (_, response) => response.end('<html>')],
  ['cuts_after_our_look', 1, (request) => request.socket.destroy()],
  ['answers_html', 0, (_, response) => response.end('<html>')],
  ['answers_other_json', 0, (_, response) => response.end('{}')],
];
for (const [name, good, bad] of faults) {
  test(`given_a_server_that_${name}_when_read_then_it_is_a_failure_in_time_and_nothing_is_thrown`, async () => {
    let asked = 0;
    const server: Server = createServer((request, response) => {
      asked += 1;
      if (asked > good) bad(request, response);
      else response.setHeader('content-type', 'application/json').end(docs);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    // Who answers is heard, however busy the machine is; for who does not, the time is waited out.
    const reader = createPbxReader({ ...access(), port, deadlineMs: name.startsWith('answers') ? 10_000 : 300 });
    const report = await reader.readPbx();
    expect(report.version).toBe(null);
    expect(report.failure).not.toBe('');
    // What is thrown past the library's promises is the reason, and not the deadline.
    if (name.startsWith('answers')) expect(report.failure).not.toContain('no answer within');
    expect(asked).toBeGreaterThan(good);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    // The same reader serves again when Asterisk is back; here it is gone altogether.
    expect((await reader.readPbx()).failure).toMatch(/ECONNREFUSED|other side closed/);
  });
}
