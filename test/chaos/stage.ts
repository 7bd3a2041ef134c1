import type { Phone } from '../../src/phones/index.ts';
import { type LabCordboard, startCordboard, type Team } from '../lab/cordboard.ts';
import { waitUntil } from '../lab/deadline.ts';
import { openVoices, type Voices } from '../lab/voices.ts';
import { type AriProxy, openAriProxy } from './ari-proxy.ts';

/** A real Asterisk, a real daemon with a proxy between them, and the people of one small exchange. */
export type Stage = {
  readonly lab: LabCordboard;
  readonly proxy: AriProxy;
  /** The voice of each phone, by the phone's user. */
  readonly voices: Voices;
  /** Two who answer at once. */
  readonly sales: Team;
  /** One whose phone rings and rings. */
  readonly slow: Team;
  /** One who is not ready, so that callers wait. */
  readonly resting: Team;
  /** Seven who take many calls, of whom two never answer: 30 %. */
  readonly crowd: Team;
  /** Phones to call from, of people who take no calls. */
  readonly callers: readonly Phone[];
  /** The daemon runs and is connected, and every agent can be reached. */
  working(): Promise<void>;
  stop(): Promise<void>;
};

/**
 * The lease and with it all that happens after a death: short, so that it can be waited for, and long enough for a start of the
 * daemon on a machine with other things to do.
 */
export const leaseMs = 10_000;

const settings = `limits: { lease: ${leaseMs / 1000}s, renew: 2s, confirm: 1s, survey: 1s, suspect: 2s }
rona: { ladder: [{ misses: 1, rest: 1s }] }`;

const callerCount = 9;

export async function openStage(): Promise<Stage> {
  let proxy: AriProxy | null = null;
  const voices = await openVoices(10);
  const lab = await startCordboard(settings, {
    voices,
    extra: { 'extensions.conf': '[chaos]\nexten => wait,1,Answer()\n same => n,Wait(300)' },
    async between(httpPort) {
      proxy = await openAriProxy(httpPort);
      return proxy.port;
    },
  });
  try {
    return await furnish(lab, proxy ?? (await openAriProxy(lab.asterisk.ports.http)), voices);
  } catch (error) {
    await lab.stop();
    voices.close();
    throw error;
  }
}

async function furnish(lab: LabCordboard, proxy: AriProxy, voices: Voices): Promise<Stage> {
  const quick = { kind: 'answer', afterMs: 100 } as const;
  const never = { kind: 'ignore' } as const;
  const plain = { strategy: 'linear', wrapUpMs: 0, backOffMs: 1_000, maxWaitMs: 600_000 };
  const sales = await lab.team([quick, quick], plain);
  const slow = await lab.team([never], { ...plain, ringMs: 120_000 });
  const resting = await lab.team([quick], plain);
  const crowd = await lab.team([quick, never, quick, quick, never, quick, quick], {
    ...plain,
    strategy: 'fewest-calls',
    ringMs: 1_000,
  });
  for (const { name } of resting.agents) await lab.api('POST', `/v1/agents/${name}/not-ready`, {});
  // Phones of users: a trial phone does not outlive the daemon that made it.
  const callers = (await lab.team(new Array(callerCount).fill(quick), plain)).agents.map(({ phone }) => phone);

  return {
    lab,
    proxy,
    voices,
    sales,
    slow,
    resting,
    crowd,
    callers,
    async working() {
      if (!lab.running) await lab.serve();
      await waitUntil(() => isReady(lab), 'the daemon to be connected', 30_000).catch((error: Error) => {
        throw new Error(`${error.message}\n${lab.output().slice(-2_000)}`);
      });
      await waitUntil(() => areReachable(lab), 'every agent to be reachable', 30_000);
    },
    async stop() {
      await lab.stop();
      await proxy.close();
      voices.close();
    },
  };
}

async function isReady(lab: LabCordboard): Promise<boolean> {
  const status = await lab.api<{ engine: { pbx: string } | null }>('GET', '/v1/status').catch(() => null);
  return status?.engine?.pbx === 'ready';
}

async function areReachable(lab: LabCordboard): Promise<boolean> {
  const { agents } = await lab.api<{ agents: { reachable: { is: boolean } }[] }>('GET', '/v1/agents');
  return agents.every((agent) => agent.reachable.is);
}
