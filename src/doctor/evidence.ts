import type { TrunkState } from '../asterisk/ami/inquiry.ts';
import type { PbxReport } from '../asterisk/control.ts';
import type { Drift } from '../asterisk/provisioning/drift.ts';
import type { Config } from '../config/config.ts';
import type { StatusView } from '../protocol/status.ts';
import type { TrunkBody } from '../protocol/trunks.ts';
import type { DatabaseReport } from '../storage/check.ts';
import type { Seen } from './finding.ts';

/** Everything that was looked at, at one time: what the checks judge. */
export type Evidence = {
  readonly config: Config;
  /** Our own clock, ms since 1970. */
  readonly now: number;
  readonly daemon: Seen<StatusView>;
  readonly pbx: PbxReport;
  /** The modules that run in Asterisk. */
  readonly modules: Seen<ReadonlySet<string>>;
  /** Asterisk's clock less ours, in ms; it is told in whole seconds. */
  readonly clockOffMs: Seen<number>;
  /** The prompts of the fallback that are missing. */
  readonly promptsMissing: Seen<readonly string[]>;
  readonly settings: Seen<AsteriskSettings>;
  /** The contexts that something of ours names and the dialplan does not have. */
  readonly contextsMissing: Seen<readonly string[]>;
  /** By which transport each registered phone came. */
  readonly registeredBy: Seen<ReadonlyMap<string, string>>;
  /** What Asterisk knows of trunks, by name. */
  readonly trunkStates: Seen<ReadonlyMap<string, TrunkState>>;
  /** What of each trunk is otherwise in Asterisk, such as `endpoint.allow`; those of which nothing is are not there. */
  readonly trunkDrift: Seen<ReadonlyMap<string, readonly string[]>>;
  /** What the dialplan does with emergency calls. */
  readonly emergencyDialplan: Seen<EmergencyDialplan>;
  /** What AstDB has for the fallback, by extension, and for emergency calls below `emergency/`. */
  readonly fallbackLists: Seen<ReadonlyMap<string, string>>;
  readonly ports: readonly PortSeen[];
  readonly certificates: readonly { readonly where: string; readonly certificate: Seen<Certificate> }[];
  /** What ARI answers on this machine's other addresses: an HTTP status, or null when nobody answers there. */
  readonly ariElsewhere: readonly { readonly url: string; readonly status: number | null }[];
  readonly directory: Seen<DirectorySeen>;
  readonly drift: Seen<Drift>;
  readonly databases: readonly DatabaseReport[];
  readonly disk: Seen<{ readonly freeBytes: number; readonly totalBytes: number }>;
  /** The mode bits of each secret file; null where it is missing. */
  readonly secrets: readonly { readonly file: string; readonly mode: number | null }[];
};

/** The category [general] of three files, and [res_pjsip] of sorcery.conf, as they are on Asterisk's disk; null where there is none. */
export type AsteriskSettings = Readonly<
  Record<'http' | 'ari' | 'features' | 'sorcery', ReadonlyMap<string, string> | null>
>;

export type PortSeen = {
  /** The key of cordboard.yaml. */
  readonly key: string;
  readonly at: string;
  readonly answers: boolean;
  /** Nothing works without it; else only phones of that transport. */
  readonly isVital: boolean;
  /** How many phones of the directory come by it. */
  readonly phones: number;
};

export type Certificate = { readonly subject: string; readonly endsAt: number; readonly isSelfSigned: boolean };

/** The numbers that it sends out, and where to (`PJSIP/…`): the first place, then the second; empty: nowhere. */
export type EmergencyDialplan = { readonly numbers: readonly string[]; readonly targets: readonly string[] };

/** A trunk of the directory. `failure` says why Asterisk was not given it. */
export type TrunkSeen = Pick<TrunkBody, 'outbound' | 'codecs' | 'maxCalls' | 'register' | 'qualifyS'> & {
  readonly id: string;
  readonly failure: string | null;
};

export type DirectorySeen = {
  readonly trunks: readonly TrunkSeen[];
  /** Who may call out, and how many calls at once; null: no limit. */
  readonly payers: readonly { readonly subject: string; readonly maxCalls: number | null }[];
  readonly hasDefaultSite: boolean;
  readonly phones: readonly { readonly id: string; readonly transport: string; readonly codecs: readonly string[] }[];
  /** What each number should ring without us, and, below `emergency/`, what emergency calls should say. */
  readonly fallbacks: ReadonlyMap<string, string>;
  /** Endpoints of simulated callers, and those that are to be removed: no strangers. */
  readonly passing: readonly string[];
};
