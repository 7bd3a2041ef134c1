import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { parse, parseDocument } from 'yaml';
import { readConfig, TEMPLATE_FILE } from '../config/load.ts';
import { ConfigError } from '../config/problem.ts';
import { portArgument } from './arguments.ts';
import type { CliContext } from './context.ts';
import { Failure } from './failure.ts';

/** Each flag and the key of `cordboard.yaml` that it sets. */
const PORTS = {
  sipPort: ['asterisk', 'sip-port'],
  tlsPort: ['asterisk', 'tls-port'],
  httpPort: ['asterisk', 'http-port'],
  httpsPort: ['asterisk', 'https-port'],
  amiPort: ['asterisk', 'ami', 'port'],
  healthPort: ['http', 'port'],
} as const;

type Setting = { readonly path: readonly string[]; readonly value: unknown };
type Options = { readonly [K in keyof typeof PORTS]?: number } & {
  readonly asteriskHost?: string;
  readonly set: readonly Setting[];
};
type Made = {
  readonly home: string;
  readonly made: readonly string[];
  readonly changed: readonly string[];
  readonly kept: readonly string[];
};

/** `cordboard init` */
export function initCommand(program: Command, context: CliContext): void {
  program
    .command('init')
    .description('make the home directory, its cordboard.yaml and its secrets; what is there stays')
    .option('--sip-port <port>', "Asterisk's port for SIP over UDP and TCP", portArgument)
    .option('--tls-port <port>', "Asterisk's port for SIP over TLS", portArgument)
    .option('--http-port <port>', "Asterisk's HTTP port: ARI, SIP over WebSocket", portArgument)
    .option('--https-port <port>', "Asterisk's HTTPS port", portArgument)
    .option('--ami-port <port>', "Asterisk's manager port", portArgument)
    .option('--health-port <port>', "the daemon's own port for /healthz and /readyz", portArgument)
    .option('--asterisk-host <host>', 'where Asterisk is')
    .option('--set <key=value>', 'any other key, such as groups.ring=20s; may be given more than once', setting, [])
    .action((options: Options) => {
      context.output().result(makeHome(context.home(), options), said);
    });
}

function makeHome(home: string, options: Options): Made {
  const made: string[] = [];
  const changed: string[] = [];
  const kept: string[] = [];
  if (!existsSync(home)) {
    mkdirSync(home, { recursive: true, mode: 0o700 });
    made.push(home);
  }
  const file = join(home, 'cordboard.yaml');
  const before = existsSync(file) ? readFileSync(file, 'utf8') : null;
  const after = withSettings(before ?? readFileSync(TEMPLATE_FILE, 'utf8'), settingsOf(options));
  const config = checked(after, file, home);
  if (before === after) {
    kept.push(file);
  } else {
    replaceFile(file, after, 0o644);
    (before === null ? made : changed).push(file);
  }
  for (const secret of [config.asterisk.ari.secretFile, config.asterisk.ami.secretFile]) {
    if (existsSync(secret)) {
      chmodSync(secret, 0o600);
      kept.push(secret);
    } else {
      mkdirSync(dirname(secret), { recursive: true, mode: 0o700 });
      replaceFile(secret, `${randomBytes(24).toString('base64url')}\n`, 0o600);
      made.push(secret);
    }
  }
  return { home, made, changed, kept };
}

function settingsOf(options: Options): readonly Setting[] {
  const settings: Setting[] = [];
  for (const [flag, path] of Object.entries(PORTS)) {
    const value = options[flag as keyof typeof PORTS];
    if (value !== undefined) settings.push({ path, value });
  }
  if (options.asteriskHost !== undefined) {
    settings.push({ path: ['asterisk', 'host'], value: options.asteriskHost });
  }
  return [...settings, ...options.set];
}

/** Comments and order of the file stay. With nothing to set, the text stays byte for byte. */
function withSettings(text: string, settings: readonly Setting[]): string {
  const document = parseDocument(text);
  const different = settings.filter(({ path, value }) => {
    const now: unknown = document.getIn(path, false);
    const plain =
      typeof now === 'object' && now !== null
        ? (document.getIn(path, true) as { toJSON?: () => unknown }).toJSON?.()
        : now;
    return JSON.stringify(plain) !== JSON.stringify(value);
  });
  if (different.length === 0) {
    return text;
  }
  for (const { path, value } of different) {
    document.setIn(path, typeof value === 'object' ? document.createNode(value, { flow: true }) : value);
  }
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

function checked(text: string, file: string, home: string): ReturnType<typeof readConfig> {
  try {
    return readConfig(text, file, home);
  } catch (error) {
    if (error instanceof ConfigError) throw new Failure('wrong-config', `nothing was written: ${error.message}`, 2);
    throw error;
  }
}

/** Written beside and moved into place: a reader sees the old text or the new one. */
function replaceFile(file: string, text: string, mode: number): void {
  const beside = `${file}.new`;
  writeFileSync(beside, text, { mode });
  chmodSync(beside, mode);
  renameSync(beside, file);
}

function setting(text: string, before: readonly Setting[]): readonly Setting[] {
  const equals = text.indexOf('=');
  if (equals < 1) {
    throw new InvalidArgumentError('Expected KEY=VALUE such as groups.ring=20s.');
  }
  try {
    return [...before, { path: text.slice(0, equals).split('.'), value: parse(text.slice(equals + 1)) as unknown }];
  } catch {
    throw new InvalidArgumentError('Expected a value in YAML.');
  }
}

function said({ home, made, changed, kept }: Made): string {
  return [
    ...made.map((file) => `made     ${file}`),
    ...changed.map((file) => `changed  ${file}`),
    ...kept.map((file) => `kept     ${file}`),
    `${home} is ready: cordboard serve`,
  ].join('\n');
}
