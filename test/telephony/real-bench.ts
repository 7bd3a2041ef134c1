import pino from 'pino';
import { connectAri } from '../../src/asterisk/ari/socket.ts';
import type { IncomingCall, OutgoingCall, Phone } from '../../src/phones/index.ts';
import { isAnsweredElsewhere } from '../../src/phones/index.ts';
import type { Asked } from '../../src/simulation/in-call.ts';
import { account, phoneOf, provisionerOf } from '../adapters/accounts.ts';
import { type LabAsterisk, startAsterisk } from '../lab/asterisk.ts';
import { waitUntil } from '../lab/deadline.ts';
import { openPhoneBox } from '../lab/phones.ts';
import { type Bench, customersContext } from './bench.ts';
import { openRelay } from './relay.ts';

/** A real Asterisk with the endpoints `1001` and `1009`, and the daemon's own link to it. */
export async function realBench(): Promise<Bench> {
  const lab: LabAsterisk = await startAsterisk({
    extra: { 'extensions.conf': `[${customersContext}]\nexten => _X.,1,Wait(600)\n` },
  });
  const provisioner = provisionerOf(lab);
  await provisioner.apply(account('1001'));
  await provisioner.apply(account('1009'));
  const relay = await openRelay(lab.ports.http);
  const box = openPhoneBox();
  const events: Bench['events'] = [];
  let isUp = false;
  let phone: Phone | null = null;
  const link = connectAri(
    {
      ...{ host: '127.0.0.1', port: relay.port, user: 'cordboard', secret: lab.ariSecret, app: 'cordboard' },
      log: pino({ level: 'silent' }),
    },
    {
      onUp: () => {
        isUp = true;
      },
      onDown: () => {
        isUp = false;
      },
      onEvent: (event) => events.push(event),
      onReplaced: () => undefined,
    },
  );
  const until: Bench['until'] = async (probe, what) => {
    const found = await waitUntil(() => [probe()].filter(Boolean)[0] ?? false, what);
    return found as Exclude<typeof found, false>;
  };
  await until(() => isUp, 'the link to be up');

  return {
    link,
    events,
    until,
    isUp: () => isUp,
    async dial(exten) {
      const call = await box.make(phoneOf(lab, '1009')).dial(exten);
      return {
        hangUp: () => call.hangUp(),
        asks: (what) => ask(call, what),
        state: () => (call.state === 'ended' ? 'ended' : call.state === 'answered' ? 'answered' : 'calling'),
      };
    },
    async phone(behaviour) {
      phone = await box.register({ ...phoneOf(lab, '1001'), behaviour });
    },
    phoneHangsUp: () => phone?.calls.at(-1)?.hangUp(),
    phoneAsks: (what) => ask(phone?.calls.at(-1), what),
    phoneHeard() {
      const heard = phone?.events.find((event) => event.type === 'cancelled' || event.type === 'ended');
      if (heard?.type === 'cancelled') return isAnsweredElsewhere(heard.reasons) ? 'answered-elsewhere' : 'cancelled';
      return heard?.type === 'ended' ? 'bye' : null;
    },
    async cut() {
      relay.cut(500);
      await until(() => !isUp, 'the end of the connection');
    },
    async clean() {
      for (const id of await ids(lab, 'channels')) await lab.ari('DELETE', `channels/${id}`);
      for (const id of await ids(lab, 'bridges')) await lab.ari('DELETE', `bridges/${id}`);
      await box.closeAll();
      phone = null;
      await waitUntil(
        async () => (await lab.channels()).length + (await lab.bridges()).length === 0,
        'Asterisk to be empty',
      );
      events.length = 0;
    },
    async close() {
      link.close();
      await relay.close();
      await lab.stop();
    },
  };
}

/** 0 where there is no call to do it in. */
async function ask(call: IncomingCall | OutgoingCall | undefined, what: Asked): Promise<number> {
  if (call === undefined) return 0;
  if (what === 'hold') return call.hold();
  if (what === 'resume') return call.resume();
  return 'press' in what ? call.press(what.press) : call.refer(what.refer);
}

async function ids(lab: LabAsterisk, kind: 'channels' | 'bridges'): Promise<string[]> {
  const { body } = await lab.ari('GET', kind);
  return (body as { id: string }[]).map(({ id }) => id);
}
