import type { LabAsterisk } from '../../test/lab/asterisk.ts';
import type { Account } from '../farm/protocol.ts';
import type { Contestant } from './contestant.ts';

/** The daemon beside an Asterisk, before its phones are registered. */
export type CordboardDaemon = {
  /** Waits until every agent is signed in, ready and reachable. */
  ready(agents: number): Promise<Contestant>;
  stop(): Promise<void>;
};

export async function startCordboard(_asterisk: LabAsterisk): Promise<CordboardDaemon> {
  throw new Error('the daemon does not exist yet');
}

export async function provisionCordboard(_daemon: CordboardDaemon, _accounts: readonly Account[]): Promise<void> {}
