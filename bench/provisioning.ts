import { createProvisioner } from '../src/asterisk/provisioning/provisioner.ts';
import { table } from '../src/cli/output.ts';
import { createPhoneKeeper } from '../src/directory/phone-keeper.ts';
import { setPhone } from '../src/directory/phones.ts';
import { addUser, importUsers, removeUser } from '../src/directory/users.ts';
import { silentLog } from '../src/lib/log.ts';
import { startAsterisk } from '../test/lab/asterisk.ts';
import { newUser, openLabDirectory } from '../test/lab/directory.ts';
import { cpuMs } from './machine.ts';
import { median } from './statistics.ts';

/** What `--json` writes of the phones' making. Every figure is the median of the rounds. */
export type ProvisioningReport = {
  readonly name: 'provisioning';
  readonly title: string;
  readonly unit: 'ms in all';
  readonly contestants: { readonly cordboard: readonly ProvisioningStep[] };
  readonly met: null;
};

/** One step: how long it took, and the CPU time of Asterisk in it. */
export type ProvisioningStep = { readonly step: string; readonly ms: number; readonly asteriskCpuMs: number };

const phones = 2_000;
const who = 'bench';

/** Makes 2,000 phones in a real Asterisk, changes one, adds and removes one, and compares all, so often. */
export async function takeProvisioning(rounds: number, say: (line: string) => void): Promise<ProvisioningReport> {
  const taken: (readonly ProvisioningStep[])[] = [];
  for (let round = 1; round <= rounds; round++) {
    say(`provisioning: round ${round} of ${rounds}`);
    taken.push(await takeOne());
  }
  const middle = (place: number, pick: (step: ProvisioningStep) => number): number =>
    Number((median(taken.flatMap((one) => one[place] ?? []).map(pick)) ?? Number.NaN).toFixed(1));
  const steps = (taken[0] ?? []).map(({ step }, place) => ({
    step,
    ms: middle(place, (one) => one.ms),
    asteriskCpuMs: middle(place, (one) => one.asteriskCpuMs),
  }));
  const title = `${phones} phones: from the directory into Asterisk`;
  return { name: 'provisioning', title, unit: 'ms in all', contestants: { cordboard: steps }, met: null };
}

/** The report for a person. */
export function printedProvisioning(report: ProvisioningReport): readonly string[] {
  const rows = report.contestants.cordboard.map(({ step, ms, asteriskCpuMs }) => [
    step,
    ms.toFixed(1),
    asteriskCpuMs.toFixed(0),
  ]);
  return [report.title, table(['', 'ms', "Asterisk's CPU ms"], rows, '', { isRight: true })];
}

async function takeOne(): Promise<readonly ProvisioningStep[]> {
  const lab = await startAsterisk();
  const directory = openLabDirectory('extensions: {users: 1000-7999}');
  const { context, store } = directory;
  const access = { host: '127.0.0.1', port: lab.ports.http, user: 'cordboard', secret: lab.ariSecret };
  const provisioner = createProvisioner(access);
  const keeper = createPhoneKeeper(store, provisioner, silentLog());
  const steps: ProvisioningStep[] = [];
  const take = async (step: string, work: () => unknown): Promise<void> => {
    const cpu = cpuMs(lab.pid);
    const from = performance.now();
    await work();
    steps.push({ step, ms: performance.now() - from, asteriskCpuMs: cpuMs(lab.pid) - cpu });
  };
  const numbers = Array.from({ length: phones }, (_, place) => String(1_000 + place));
  const patienceMs = 600_000;
  try {
    await take('import into the directory', () =>
      importUsers(
        context,
        numbers.map((each) => newUser(`u${each}`, each)),
        who,
      ),
    );
    await take('all pushed', () => keeper.check());
    if (store.phones.unappliedCount() > 0) throw new Error('not every phone was taken');
    await take('one changed', () => {
      setPhone(context, '2000', { nat: 'no' }, who);
      return keeper.push(['2000'], patienceMs);
    });
    await take('one added', () => {
      addUser(context, newUser('late', '7000'), who);
      return keeper.push(['7000'], patienceMs);
    });
    await take('one removed', () => {
      removeUser(context, 'late', who);
      return keeper.push(['7000'], patienceMs);
    });
    await take('a start with nothing to do', () => keeper.check());
    await take('all compared, attribute by attribute', () => keeper.inspect());
    await lab.startAgain();
    await take('a start after Asterisk was restarted', () => keeper.check());
    const there = await provisioner.names();
    if (there.length !== phones) throw new Error(`${there.length} endpoints are left of ${phones}`);
    return steps;
  } finally {
    keeper.close();
    directory.close();
    await lab.stop();
  }
}
