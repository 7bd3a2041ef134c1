import type { Reachability } from '../asterisk/ami/contacts.ts';
import type { AriHandlers, AriLink } from '../asterisk/ari/port.ts';
import type { PhoneTransport } from '../core/settings.ts';
import type { Behaviour } from '../phones/behaviour.ts';
import { type CallerHabits, callIn, type SimulatedCaller } from './dialplan.ts';
import { createDice, steadyDice } from './dice.ts';
import { type Faults, noFaults } from './faults.ts';
import { type Asked, askInCall } from './in-call.ts';
import { endChannel, type Pbx, pressKey, tellOfDial } from './pbx.ts';
import { answerRequest } from './rest.ts';
import type { Scheduler } from './scheduler.ts';
import { answer, farHangUp, newPhone, refuse, type SimulatedPhone, showRinging } from './station.ts';
import { createWire } from './wire.ts';

/** What is told of registrations: the handlers of `asterisk/ami`. */
export type PhoneHandlers = {
  onUp(reachable: Reachability[]): void;
  onDown(why: string): void;
  onPhone(news: Reachability): void;
};

/** An Asterisk that is not there: behind the same port as the real one, deterministic, in virtual time. */
export type SimulatedAsterisk = {
  readonly faults: Faults;
  /** Connects the application, as `connectAri` does; a second connection replaces the first. */
  connect(handlers: AriHandlers): AriLink;
  /** Tells of registrations, as `connectAmi` does. */
  watchPhones(handlers: PhoneHandlers): { close(): void };
  addPhone(id: string, behaviour: Behaviour): SimulatedPhone;
  /** `by` is the transport by which it comes from now on; the one before where it is left out. */
  setRegistered(id: string, isRegistered: boolean, by?: PhoneTransport): void;
  /** A hand on a phone with a call: only for one whose behaviour is `manual`, or to end a talk. */
  press(
    id: string,
    key: 'ring' | 'progress' | 'answer' | 'hang-up' | { readonly decline: number } | { readonly digit: string },
  ): void;
  /** Keys of a phone in its newest talk, whoever began it: the SIP status that it is answered with, 0 without a talk. */
  ask(id: string, what: Asked): number;
  /** Someone dials; `from` is a phone's id or a stranger's number. `over` is the endpoint of the trunk by which it comes. */
  dial(exten: string, from: string, habits?: CallerHabits, over?: string): SimulatedCaller;
  /** Ids of all channels and bridges that live, in the order of their making. */
  channels(): string[];
  bridges(): string[];
  phone(id: string): SimulatedPhone | undefined;
  phones(): SimulatedPhone[];
  /** One look inside, for auditors: not ARI. */
  look(): Pick<Pbx, 'channels' | 'bridges' | 'cutOff' | 'cutInTalk'>;
  /** How many events and answers are on their way to the application. */
  inFlight(): number;
  /** Cuts the event socket for so long. */
  loseConnection(forMs: number): void;
  /** Cuts the news of registrations for so long; then the whole list comes. */
  loseNews(forMs: number): void;
  /** Somebody else connects as our application, and holds it for so long: we are told that we were replaced. */
  replaceApplication(forMs: number): void;
  /** Asterisk dies and is back after so long: no channel survives, every phone has to register again. */
  crash(forMs: number): void;
};

/** Makes one; `seed` (an integer) decides everything that chance decides, null leaves nothing to it. `app` is the Stasis application's name. */
export function createSimulatedAsterisk(options: {
  readonly scheduler: Scheduler;
  readonly seed: number | null;
  readonly app?: string;
}): SimulatedAsterisk {
  const { scheduler } = options;
  const dice = options.seed === null ? steadyDice : createDice(options.seed);
  const faults = noFaults();
  const wire = createWire({ scheduler, dice: dice.split(), faults, execute: (request) => answerRequest(pbx, request) });
  const pbx: Pbx = {
    app: options.app ?? 'cordboard',
    scheduler,
    dice: dice.split(),
    channels: new Map(),
    bridges: new Map(),
    phones: new Map(),
    emit: wire.emit,
    wants: wire.wants,
    isAppConnected: wire.isUp,
    startedAt: scheduler.now(),
    nextChannel: 1,
    cutOff: [],
    cutInTalk: [],
  };
  let watcher: PhoneHandlers | null = null;
  const stopped = new Set<PhoneHandlers>();

  const newsOf = ({ id, by }: SimulatedPhone, reachable: boolean): Reachability => ({ phone: id, reachable, by });
  const registered = () =>
    [...pbx.phones.values()].filter((phone) => phone.isRegistered).map((phone) => newsOf(phone, true));

  const asterisk: SimulatedAsterisk = {
    faults,
    connect: wire.connect,
    watchPhones(handlers) {
      watcher = handlers;
      scheduler.after(dice.between(2, 10), () => handlers === watcher && handlers.onUp(registered()));
      return {
        close() {
          stopped.add(handlers);
          if (watcher === handlers) watcher = null;
        },
      };
    },
    addPhone(id, behaviour) {
      const phone = newPhone(id, behaviour);
      pbx.phones.set(id, phone);
      return phone;
    },
    setRegistered(id, isRegistered, by) {
      const phone = pbx.phones.get(id);
      if (phone === undefined || (phone.isRegistered === isRegistered && (by ?? phone.by) === phone.by)) return;
      phone.isRegistered = isRegistered;
      phone.by = by ?? phone.by;
      if (faults.newsLost > 0 && dice.happens(faults.newsLost)) return;
      const isLate = faults.newsLate > 0 && dice.happens(faults.newsLate);
      const delayMs = isLate ? dice.between(20, faults.lateMs) : dice.between(1, 20);
      // What it says is what was so: late news may be old news, and the later one has the last word.
      scheduler.after(delayMs, () => watcher?.onPhone(newsOf(phone, isLate ? isRegistered : phone.isRegistered)));
    },
    press(id, key) {
      const channel = [...pbx.channels.values()].findLast((one) => one.endpoint === id && one.kind === 'created');
      if (channel === undefined) throw new Error(`phone ${id} has no call`);
      if (key === 'ring') showRinging(pbx, channel);
      else if (key === 'progress') tellOfDial(pbx, channel, 'PROGRESS');
      else if (key === 'answer') answer(pbx, channel);
      else if (key === 'hang-up') endChannel(pbx, channel, farHangUp);
      else if ('digit' in key) pressKey(pbx, channel, key.digit);
      else refuse(pbx, channel, key.decline);
    },
    ask: (id, what) =>
      askInCall(
        pbx,
        [...pbx.channels.values()].findLast(({ endpoint, state }) => endpoint === id && state === 'Up'),
        what,
      ),
    dial: (exten, from, habits = { patienceMs: null, talkMs: null }, over = 'trunk') =>
      callIn(pbx, exten, pbx.phones.get(from) ?? from, habits, over),
    channels: () => [...pbx.channels.keys()],
    bridges: () => [...pbx.bridges.keys()],
    phone: (id) => pbx.phones.get(id),
    phones: () => [...pbx.phones.values()],
    look: () => pbx,
    inFlight: wire.inFlight,
    loseConnection: wire.lose,
    loseNews(forMs) {
      const lost = watcher;
      if (lost === null) return;
      watcher = null;
      lost.onDown('the connection was cut');
      scheduler.after(forMs, () => {
        // Whoever began to watch meanwhile has the list already; one that has stopped wants none.
        if (watcher !== null || stopped.has(lost)) return;
        watcher = lost;
        lost.onUp(registered());
      });
    },
    replaceApplication(forMs) {
      // One who is cut off comes back later, and replaces the other.
      if (!wire.isUp()) return;
      const other = wire.connect({ onUp: nothing, onDown: nothing, onReplaced: nothing, onEvent: nothing });
      scheduler.after(forMs, () => other.close());
    },
    crash(forMs) {
      const watching = watcher;
      wire.lose(forMs);
      watching?.onDown('Asterisk died');
      for (const channel of pbx.channels.values()) {
        channel.isGone = true;
        for (const cancel of channel.timers) cancel();
        channel.far.ended(true, 0);
      }
      pbx.channels.clear();
      pbx.bridges.clear();
      const back = registered().map(({ phone }) => phone);
      for (const phone of pbx.phones.values()) {
        phone.isRegistered = false;
        phone.calls.clear();
      }
      scheduler.after(forMs, () => {
        pbx.startedAt = scheduler.now();
        if (watcher !== null && watcher === watching) watching.onUp(registered());
      });
      for (const id of back) scheduler.after(forMs + dice.between(50, 3_000), () => asterisk.setRegistered(id, true));
    },
  };
  return asterisk;
}

function nothing(): void {}
