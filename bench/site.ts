import { startAsterisk } from '../test/lab/asterisk.ts';
import { startAppQueue } from './contestants/app-queue.ts';
import { startAriFloor } from './contestants/ari-floor.ts';
import { asShipped } from './contestants/as-shipped.ts';
import { type Contestant, type ContestantName, phoneAccounts, type QueueName } from './contestants/contestant.ts';
import { startCordboard } from './contestants/cordboard.ts';
import { joinFragments, phoneFragments, queueFragments, trunkFragments } from './contestants/fragments.ts';
import type { FarmClient } from './farm/client.ts';

/** A fresh Asterisk with one contestant on it, or both, and the farm's phones registered. */
export type Site = {
  readonly contestants: readonly Contestant[];
  readonly asteriskPid: number;
  /** Asterisk's SIP port on 127.0.0.1. */
  readonly sipPort: number;
  readonly asteriskVersion: string;
  stop(): Promise<void>;
};

function isQueue(name: ContestantName): name is QueueName {
  return name === 'app_queue' || name === 'app_queue-lean';
}

/** Starts all that is needed and waits until every phone is registered and every contestant is ready for calls. */
export async function openSite(names: readonly ContestantName[], agents: number, farm: FarmClient): Promise<Site> {
  const accounts = phoneAccounts(agents);
  const withCordboard = names.includes('cordboard');
  const extra = joinFragments(
    trunkFragments(),
    names.some(isQueue) ? queueFragments(accounts) : {},
    // With Cordboard there it makes the phones, for both.
    withCordboard ? {} : phoneFragments(accounts),
  );
  const asterisk = await startAsterisk(
    names.includes('app_queue') && !withCordboard ? { extra, configure: asShipped } : { extra },
  );
  const stops: (() => Promise<void>)[] = [() => asterisk.stop()];
  const stop = async (): Promise<void> => {
    for (const one of stops.reverse()) await one();
  };
  try {
    const daemon = withCordboard ? await startCordboard(asterisk) : null;
    if (daemon !== null) {
      stops.push(daemon.stop);
      await daemon.provision(accounts);
    }
    await farm.open({ host: '127.0.0.1', port: asterisk.ports.sip });
    await farm.register(accounts);
    const contestants: Contestant[] = [];
    for (const name of names) {
      if (isQueue(name)) contestants.push(await startAppQueue(name, asterisk, agents));
      else if (name === 'ari-floor') {
        const floor = await startAriFloor(asterisk, accounts);
        stops.push(floor.stop);
        contestants.push(floor);
      } else if (daemon !== null) contestants.push(await daemon.ready(agents));
    }
    const asteriskVersion = (await asterisk.rx('core show version')).split(' built')[0]?.trim() ?? 'unknown';
    return { contestants, asteriskPid: asterisk.pid, sipPort: asterisk.ports.sip, asteriskVersion, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
