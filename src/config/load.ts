import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isMap, LineCounter, parseDocument } from 'yaml';
import * as z from 'zod';
import type { FeatureCodes } from '../core/features.ts';
import { backOffsUnder, defaultBackOffs } from '../core/queue-settings.ts';
import { whyOf } from '../lib/why.ts';
import type { Config, IceServerConfig } from './config.ts';
import { ConfigError, type ConfigProblem, problemsOf } from './problem.ts';
import { CONFIG_SCHEMA, type RawConfig } from './schema.ts';
import { problemsOfSecrets } from './secrets.ts';

/** The commented configuration that comes with the package: every key with its default. */
export const TEMPLATE_FILE = fileURLToPath(new URL('../../config/cordboard.yaml', import.meta.url));

/** Whether the secrets that the configuration names must be there: for the daemon they must. */
export type Secrets = 'there' | 'unread';

/**
 * Reads the configuration: `path` when given, else `cordboard.yaml` in `home`, else the package's own.
 * Throws a `ConfigError` with every problem at once.
 */
export function loadConfig(path: string | undefined, home: string, secrets: Secrets = 'unread'): Config {
  const own = join(home, 'cordboard.yaml');
  const file = path ?? (existsSync(own) ? own : TEMPLATE_FILE);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const got = whyOf(error);
    throw new ConfigError(file, [{ path: '(the whole file)', line: null, expected: 'a file that can be read', got }]);
  }
  return readConfig(text, file, home, secrets);
}

/** Reads a configuration from its text. `file` is only named in messages. Throws a `ConfigError`. */
export function readConfig(text: string, file: string, home: string, secrets: Secrets = 'unread'): Config {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  if (document.errors.length > 0) {
    const problems = document.errors.map((error): ConfigProblem => {
      const line = error.linePos?.[0].line ?? null;
      return { path: '(the whole file)', line, expected: 'YAML 1.2', got: error.message.split('\n')[0] ?? '' };
    });
    throw new ConfigError(file, problems);
  }
  const input: unknown = document.toJS() ?? {};
  const result = CONFIG_SCHEMA.safeParse(input);
  const lineOf = (path: readonly PropertyKey[]): number | null => {
    const parent = path.length === 0 ? null : document.getIn(path.slice(0, -1), true);
    const pair = isMap(parent) ? parent.items.find((item) => String(item.key) === String(path.at(-1))) : undefined;
    const offset = (pair?.key as { range?: readonly [number, number, number] | null } | undefined)?.range?.[0];
    return offset === undefined ? null : lines.linePos(offset).line;
  };
  const problems = [
    ...(result.success ? [] : problemsOf(result.error, input, lineOf, keysOf)),
    ...(secrets === 'there' ? problemsOfSecrets(input, home, lineOf) : []),
  ];
  if (!result.success || problems.length > 0) throw new ConfigError(file, problems);
  return resolved(result.data, resolve(file), resolve(home));
}

/** The keys that the schema knows below `path`. */
export function keysOf(path: readonly PropertyKey[]): readonly string[] {
  let schema: unknown = CONFIG_SCHEMA;
  for (const key of path) {
    const inner = unwrapped(schema);
    schema =
      inner instanceof z.ZodObject ? inner.shape[String(key)] : inner instanceof z.ZodArray ? inner.element : null;
  }
  const inner = unwrapped(schema);
  return inner instanceof z.ZodObject ? Object.keys(inner.shape) : [];
}

function unwrapped(schema: unknown): unknown {
  let inner = schema;
  while (inner instanceof z.ZodPrefault || inner instanceof z.ZodDefault || inner instanceof z.ZodOptional) {
    inner = inner.unwrap();
  }
  return inner;
}

function resolved(raw: RawConfig, file: string, home: string): Config {
  const { asterisk, limits, groups } = raw;
  return {
    file,
    home,
    asterisk: {
      host: asterisk.host,
      httpPort: asterisk['http-port'],
      httpsPort: asterisk['https-port'],
      sipPort: asterisk['sip-port'],
      tlsPort: asterisk['tls-port'],
      ari: { user: asterisk.ari.user, secretFile: resolve(home, asterisk.ari['secret-file']), app: asterisk.ari.app },
      ami: { port: asterisk.ami.port, user: asterisk.ami.user, secretFile: resolve(home, asterisk.ami['secret-file']) },
    },
    http: raw.http,
    socket: resolve(home, raw.socket),
    timeZone: raw['time-zone'],
    extensions: raw.extensions,
    numbering: {
      country: raw.numbering.country === 'none' ? null : raw.numbering.country,
      outsidePrefix: raw.numbering['outside-prefix'],
      areaPrefix: raw.numbering['area-prefix'],
    },
    limits: {
      leaseMs: limits.lease,
      renewMs: limits.renew,
      confirmMs: limits.confirm,
      surveyMs: limits.survey,
      internalRingMs: limits['internal-ring'],
      suspectMs: limits.suspect,
      headStartsMs: raw.queues['head-starts'],
      intentMs: limits.intent,
      wrapUpExtensionMs: limits['wrap-up-extension'],
      confirmStationMs: limits['confirm-station'],
      massMissMs: raw.rona['mass-miss'].within,
      massMissAgents: raw.rona['mass-miss'].agents,
    },
    features: featuresOf(raw['feature-codes']),
    groups: {
      strategy: groups.strategy,
      ringMs: groups.ring,
      unreachableAfterMs: groups['unreachable-after'],
      maxWaitMs: groups['max-wait'],
      wrapUpMs: groups['wrap-up'],
      backOffMs: groups['back-off'],
      backOffs: groups['back-offs'] ?? backOffsUnder(defaultBackOffs, groups['back-off']),
      maxRinging: groups['max-ringing'],
      targetMs: groups.target,
      onMiss: groups['on-miss'],
      refuseWhen: groups['refuse-when'],
      leaveWhen: groups['leave-when'],
      priority: groups.priority,
      overflow: groups.overflow,
    },
    queues: { perAgent: raw.queues['per-agent'] },
    rona: {
      ladder: raw.rona.ladder.map((step) => ({
        misses: step.misses,
        withinMs: step.within ?? null,
        restMs: step.rest ?? null,
        untilReady: step.hold === 'until-ready',
        notify: step.notify,
      })),
    },
    sip: {
      codecs: raw.sip.codecs,
      prefix: raw.sip.prefix,
      context: raw.sip.context,
      checkMs: raw.sip.check,
      iceServers: raw.sip['ice-servers'].map((server) => iceServer(server, home)),
    },
    journal: {
      keepDays: raw.journal['keep-days'],
      keepMegabytes: raw.journal['keep-megabytes'],
      checkpointMs: raw.journal.checkpoint,
    },
    audit: { keepDays: raw.audit['keep-days'] },
    log: raw.log,
  };
}

function iceServer(server: RawConfig['sip']['ice-servers'][number], home: string): IceServerConfig {
  const { urls, user, 'secret-file': secret, 'shared-secret-file': shared } = server;
  if (shared !== undefined) return { urls, access: { by: 'shared-secret', secretFile: resolve(home, shared) } };
  if (user === undefined || secret === undefined) return { urls, access: { by: 'nothing' } };
  return { urls, access: { by: 'user', user, secretFile: resolve(home, secret) } };
}

function featuresOf(codes: RawConfig['feature-codes']): FeatureCodes {
  const given = (code: string) => (code === 'off' ? null : code);
  return {
    pickup: given(codes.pickup),
    signIn: given(codes['sign-in']),
    signOut: given(codes['sign-out']),
    ready: given(codes.ready),
    notReady: given(codes['not-ready']),
    endWrapUp: given(codes['end-wrap-up']),
  };
}
