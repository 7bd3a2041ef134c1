import type { FeatureCodes } from '../core/features.ts';
import type { QueueSettings } from '../core/queue-settings.ts';
import type { EngineLimits, LadderStep } from '../core/settings.ts';
import type { DialPlan } from '../numbering/numbering.ts';

/** What `cordboard.yaml` says, resolved: every key has its value, durations are in ms, paths are absolute. */
export type Config = {
  /** The file that was read. */
  readonly file: string;
  readonly home: string;
  readonly asterisk: {
    readonly host: string;
    /** ARI, and SIP over WebSocket (`/ws`), without TLS. */
    readonly httpPort: number;
    readonly httpsPort: number;
    /** SIP over UDP and TCP. */
    readonly sipPort: number;
    readonly tlsPort: number;
    readonly ari: { readonly user: string; readonly secretFile: string; readonly app: string };
    readonly ami: { readonly port: number; readonly user: string; readonly secretFile: string };
  };
  /** Health over TCP. */
  readonly http: { readonly host: string; readonly port: number };
  /** The Unix socket of the REST interface. */
  readonly socket: string;
  /** An IANA name; `local` in the file is already resolved. */
  readonly timeZone: string;
  readonly extensions: {
    readonly users: ExtensionRange;
    readonly groups: ExtensionRange;
    readonly queues: ExtensionRange;
  };
  readonly numbering: DialPlan;
  readonly limits: EngineLimits & {
    /** How long the front waits for the engine's answer to an intent. */
    readonly intentMs: number;
  };
  readonly groups: QueueDefaults;
  /** `perAgent`: so many standalone queues an agent can be in. The head starts are in `limits`. */
  readonly queues: { readonly perAgent: number };
  /** What phones without a screen dial. */
  readonly features: FeatureCodes;
  readonly rona: { readonly ladder: readonly LadderStep[] };
  readonly sip: {
    readonly codecs: readonly string[];
    /** Stands before the id of each new phone, on an Asterisk that others use too. */
    readonly prefix: string;
    /** Where the calls of a new phone enter the dialplan. */
    readonly context: string;
    /** How often Asterisk's phones are compared with the directory, attribute by attribute. */
    readonly checkMs: number;
    /** What phones in a browser are given at their sign-in. */
    readonly iceServers: readonly IceServerConfig[];
  };
  readonly journal: { readonly keepDays: number; readonly keepMegabytes: number; readonly checkpointMs: number };
  readonly audit: { readonly keepDays: number };
  readonly log: { readonly level: LogLevel };
};

/** A STUN or TURN server. The secret is one of its user, or one that it shares with us, from which each phone gets one of its own. */
export type IceServerConfig = {
  readonly urls: readonly string[];
  readonly access:
    | { readonly by: 'nothing' }
    | { readonly by: 'user'; readonly user: string; readonly secretFile: string }
    | { readonly by: 'shared-secret'; readonly secretFile: string };
};

/** What a queue, a group's own or a standalone one, has where nothing was said when it was made. */
export type QueueDefaults = Pick<
  QueueSettings,
  | 'strategy'
  | 'onMiss'
  | 'refuseWhen'
  | 'leaveWhen'
  | 'ringMs'
  | 'unreachableAfterMs'
  | 'maxWaitMs'
  | 'wrapUpMs'
  | 'backOffMs'
  | 'backOffs'
  | 'maxRinging'
  | 'targetMs'
  | 'priority'
  | 'overflow'
>;

/** Numbers from `from` to `to`, both included, all with the same count of digits. */
export type ExtensionRange = { readonly from: string; readonly to: string };

export type LogLevel = (typeof LOG_LEVELS)[number];
/** The levels of the log, the quietest first. */
export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;
