import { existsSync, readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pc from 'picocolors';
import type { Config } from '../config/config.ts';
import type { StatusView } from '../protocol/status.ts';
import type { ApiClient } from './client.ts';
import { freeGroupNumber, propsOf, softphonePassword } from './demo-cast.ts';
import { fields } from './output.ts';

/** What runs where, how to register a phone of one's own, and what to try: as data, and as lines for people. */
export type Summary = {
  readonly running: Readonly<Record<string, string>>;
  readonly softphone: Readonly<Record<string, string>> | null;
  readonly tryThis: readonly { readonly command: string; readonly shows: string }[];
  readonly lines: readonly string[];
};

/** Throws a `Failure` when the daemon does not answer. */
export async function summary(client: ApiClient, config: Config): Promise<Summary> {
  const status = await client.get<StatusView>('/v1/status');
  const environment = environmentOf(config.home);
  const cordboard = `${environment}npx cordboard`;
  const props = await propsOf(client);
  const me = props?.me;
  const address = sipAddress(config);
  const running = {
    daemon: `pid ${status.pid}, health http://${config.http.host}:${config.http.port}/readyz`,
    Asterisk: `${status.asterisk.version ?? 'no answer'}, SIP ${address}:${config.asterisk.sipPort} (UDP, TCP), :${config.asterisk.tlsPort} (TLS)`,
    'browser phones': `ws://${address}:${config.asterisk.httpPort}/ws, wss://${address}:${config.asterisk.httpsPort}/ws`,
    home: config.home,
    logs: `${join(config.home, 'log')}, ${join(config.home, 'asterisk', 'log')}`,
  };
  const softphone =
    me === undefined || me.extension === null
      ? null
      : {
          user: me.extension,
          password: softphonePassword(config.home),
          address: `${address}:${config.asterisk.sipPort}`,
          transport: me.phones[0]?.transport ?? 'udp',
        };
  const tryThis =
    props === null || softphone === null
      ? bareCommands(cordboard, await freeGroupNumber(client, config).catch(() => config.extensions.groups.from))
      : demoCommands(cordboard, softphone.user, props.answers, props.group);
  return { running, softphone, tryThis, lines: lines(running, softphone, tryThis, `${environment}scripts/down`) };
}

/** What must stand before a command in the checkout that is to find this home: nothing for the default one, `./var`. */
function environmentOf(home: string): string {
  if (home === fileURLToPath(new URL('../../var', import.meta.url))) return '';
  const word = /^[\w@%+=:,./-]+$/.test(home) ? home : `'${home.replaceAll("'", "'\\''")}'`;
  return `CORDBOARD_HOME=${word} `;
}

function demoCommands(cordboard: string, softphone: string, answers: string, group: string): Summary['tryThis'] {
  return [
    { command: `${cordboard} events --follow`, shows: 'what happens, as it happens (in another terminal)' },
    { command: `${cordboard} phone --dial ${softphone} --for 30s`, shows: 'your softphone rings' },
    {
      command: `${cordboard} agent sign-in ${answers} && ${cordboard} phone ${answers}`,
      shows: `dial ${group} from your softphone, and ${answers} answers`,
    },
  ];
}

function bareCommands(cordboard: string, group: string): Summary['tryThis'] {
  return [
    {
      command: `${cordboard} user add ada --name Ada --extension next`,
      shows: 'a user; what to enter into the phone',
    },
    {
      command: `${cordboard} group add support --extension ${group}`,
      shows: 'a group; then: group member add support ada',
    },
    { command: `${cordboard} events --follow`, shows: 'what happens, as it happens' },
  ];
}

function lines(
  running: Summary['running'],
  softphone: Summary['softphone'],
  tryThis: Summary['tryThis'],
  down: string,
): string[] {
  const width = Math.max(...tryThis.map(({ command }) => command.length)) + 2;
  return [
    pc.bold('What runs'),
    indented(fields(Object.entries(running))),
    ...(softphone === null
      ? []
      : [pc.bold('Register a softphone of your own'), indented(fields(Object.entries(softphone)))]),
    pc.bold('Try'),
    ...tryThis.map(({ command, shows }) => `  ${pc.cyan(command.padEnd(width))}${pc.dim(shows)}`),
    pc.dim(`  ${down} stops it all`),
  ];
}

function indented(text: string): string {
  return text.replaceAll(/^/gm, '  ');
}

/** Where phones find Asterisk: what it was told to bind, or an address of this machine where it binds them all. */
function sipAddress(config: Config): string {
  const rendered = join(config.home, 'asterisk', 'rendered');
  const bind = existsSync(rendered) ? readFileSync(rendered, 'utf8').match(/^BIND=(.+)$/m)?.[1] : undefined;
  if (bind !== '0.0.0.0') return bind ?? config.asterisk.host;
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return own.find(({ internal, family }) => !internal && family === 'IPv4')?.address ?? config.asterisk.host;
}
