import type { Config } from '../config/config.ts';
import type { DirectoryContext } from '../directory/context.ts';
import type { FallbackKeeper } from '../directory/fallback-keeper.ts';
import type { IceServers } from '../directory/ice-servers.ts';
import type { MailboxKeeper } from '../directory/mailbox-keeper.ts';
import type { AsteriskView } from '../directory/phone-checks.ts';
import type { PhoneKeeper } from '../directory/phone-keeper.ts';
import type { TrialPhones } from '../directory/trial-phones.ts';
import type { TrunkKeeper } from '../directory/trunk-keeper.ts';
import type { StatusView } from '../protocol/status.ts';
import type { PastAnswer, PastAsk, PastWatch } from '../protocol/why.ts';
import type { LiveReader } from '../reports/live.ts';
import type { EngineClient } from './engine-client.ts';
import type { Followers } from './followers.ts';

/** What the routes work with. They hold no state of their own. */
export type Services = {
  readonly config: Config;
  readonly directory: DirectoryContext;
  /** Resolves when Asterisk was told of the last change, or has been asked for long enough. */
  readonly settled: () => Promise<void>;
  readonly trialPhones: TrialPhones;
  readonly keeper: Pick<PhoneKeeper, 'check' | 'inspect'>;
  readonly trunkKeeper: Pick<TrunkKeeper, 'inspect'>;
  readonly fallback: Pick<FallbackKeeper, 'inspect'>;
  /** STUN and TURN for phones in a browser. */
  readonly iceServers: IceServers;
  readonly mailboxes: Pick<MailboxKeeper, 'changed'>;
  readonly asterisk: AsteriskView;
  /** By which transport each registered phone came; rejects when Asterisk cannot be asked. */
  readonly registeredBy: () => Promise<ReadonlyMap<string, string>>;
  readonly engine: EngineClient;
  readonly live: LiveReader;
  readonly followers: Followers;
  /** Answers about the past, one question after the other, and stops when nobody waits any more; never rejects. */
  readonly askPast: (ask: PastAsk, watch: PastWatch) => Promise<PastAnswer>;
  /** What can be said of Asterisk itself; never rejects. */
  readonly readPbx: () => Promise<StatusView['asterisk']>;
  readonly now: () => number;
};
