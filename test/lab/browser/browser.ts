import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { type AddressInfo, isIPv4 } from 'node:net';
import { networkInterfaces } from 'node:os';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';

/** A real Chromium, without a window, that can open pages with a phone in them. */
export type LabBrowser = {
  open(): Promise<BrowserPhone>;
  close(): Promise<void>;
};

/** A phone in a page: SIP.js over a WebSocket, WebRTC, and a tone for a microphone. */
export type BrowserPhone = {
  register(sip: BrowserAccess): Promise<void>;
  /** How many calls have come in. */
  rang(): Promise<number>;
  answer(): Promise<void>;
  dial(number: string): Promise<void>;
  hangUp(): Promise<void>;
  /** SIP.js's word for the state of the session, such as `Established`. */
  state(): Promise<string>;
  peer(): Promise<{ readonly servers: readonly unknown[]; readonly state: string }>;
  /** The loudest frequency that comes in, in Hz, and how far it stands out of the rest, in dB. */
  hears(): Promise<{ readonly hz: number; readonly aboveDb: number }>;
  leave(): Promise<void>;
  /** Closes the page without a word, as a tab is closed. */
  close(): Promise<void>;
};

/** What a sign-in gives a phone in a browser, and the frequency of its voice in Hz. */
export type BrowserAccess = {
  readonly user: string;
  readonly password: string;
  readonly wsUrl: string | null;
  readonly hz: number;
  readonly iceServers?: readonly unknown[];
};

/** Debian's, by its name; another one by CORDBOARD_CHROMIUM. */
const executablePath = process.env.CORDBOARD_CHROMIUM ?? '/usr/bin/chromium';

/** As root it has no sandbox; nothing but what a test asks for is to go out; the certificate is our own. */
const args = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  ...['--disable-component-update', '--disable-sync', '--ignore-certificate-errors'],
  ...['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream'],
  ...['--autoplay-policy=no-user-gesture-required', '--allow-loopback-in-peer-connection'],
];

/** Starts Chromium with a profile of its own, which goes with it, and a server on 127.0.0.1 for the page. */
export async function openBrowser(): Promise<LabBrowser> {
  const pages = await servePages();
  const browser: Browser = await chromium.launch({ executablePath, args }).catch(async (error: unknown) => {
    await pages.close();
    throw error;
  });
  return {
    async open() {
      const context = await browser.newContext({ ignoreHTTPSErrors: true });
      const page = await context.newPage();
      await page.goto(pages.url);
      await page.waitForFunction('globalThis.softphone !== undefined');
      return phoneIn(page);
    },
    async close() {
      await browser.close();
      await pages.close();
    },
  };
}

/**
 * Asterisk offers no address of 127/8 to a browser. What is to be rendered so that it offers 127.0.0.1 in place of this machine's
 * own; nothing on a machine that has none.
 */
export function loopbackCandidate(): readonly string[] {
  const own = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .find(({ internal, address }) => !internal && isIPv4(address));
  return own === undefined ? [] : ['--ice-host', `${own.address} => 127.0.0.1`];
}

function phoneIn(page: Page): BrowserPhone {
  const ask = <T>(call: string): Promise<T> => page.evaluate<T>(`softphone.${call}`);
  return {
    register: (sip) => ask(`register(${JSON.stringify({ iceServers: [], ...sip })})`),
    rang: () => ask('rang()'),
    answer: () => ask('answer()'),
    dial: (number) => ask(`dial(${JSON.stringify(number)})`),
    hangUp: () => ask('hangUp().then(() => undefined)'),
    state: () => ask('state()'),
    peer: () => ask('peer()'),
    hears: () => ask('hears()'),
    leave: () => ask('leave()'),
    close: () => page.context().close(),
  };
}

const sipJs = join(dirname(createRequire(import.meta.url).resolve('sip.js/package.json')), 'lib');
const softphone = fileURLToPath(new URL('softphone.js', import.meta.url));

/** SIP.js as it is published is made of modules that a browser can load as they are. */
async function servePages(): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? '/', 'http://127.0.0.1').pathname);
    if (path === '/') {
      response.setHeader('content-type', 'text/html');
      response.end('<!doctype html><title>A phone</title><script type="module" src="/softphone.js"></script>');
      return;
    }
    const file = path === '/softphone.js' ? softphone : join(sipJs, path.replace(/^\/sip\.js\//, '/'));
    readFile(file).then(
      (text) => {
        response.setHeader('content-type', 'text/javascript');
        response.end(text);
      },
      () => {
        response.statusCode = 404;
        response.end();
      },
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
