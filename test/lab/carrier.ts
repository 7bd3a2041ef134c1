import type { LabCordboard } from './cordboard.ts';
import { takePorts } from './ports.ts';
import { type Sipp, type SippOptions, startSipp } from './sipp.ts';

/** A carrier, played by SIPp at an address of its own, and the trunk `red` that leads there. */
export type Carrier = {
  /** SIPp answers there by this scenario until `hangUp`. */
  play(options: Pick<SippOptions, 'scenario' | 'calls'>): Promise<Sipp>;
  /** Ends every SIPp: to be called after each test. */
  hangUp(): Promise<void>;
  /** Gives its port back. */
  release(): void;
};

const address = '127.0.0.2';

/** Gives a daemon its trunk `red`; the carrier is there when it plays. */
export async function openCarrier({ asterisk, api }: LabCordboard): Promise<Carrier> {
  const {
    ports: [port = 0],
    release,
  } = await takePorts(1);
  const red = { name: 'red', host: `${address}:${port}`, qualifyS: 0, codecs: ['ulaw'], unreachableAfterMs: 3_000 };
  await api('POST', '/v1/trunks', red);
  const sipps: Sipp[] = [];
  return {
    async play(options) {
      const sipp = await startSipp({ to: asterisk.ports.sip, address, port, user: 'red', ...options });
      sipps.push(sipp);
      return sipp;
    },
    async hangUp() {
      for (const sipp of sipps.splice(0)) await sipp.stop();
    },
    release,
  };
}
