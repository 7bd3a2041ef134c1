import WebSocket from 'ws';
import type { LabAsterisk } from './asterisk.ts';
import { waitUntil } from './deadline.ts';

/** The Stasis application of a test: it holds what comes in, and does only what the test tells it over ARI. */
export type StasisApp = {
  /** All events so far, in order. */
  readonly events: readonly StasisEvent[];
  /** The first event that matches, now or later. */
  saw(matches: (event: StasisEvent) => boolean, what: string): Promise<StasisEvent>;
  /** The id of the channel that entered for this number (or with these arguments). */
  entered(argument: string): Promise<string>;
  /** Goes away without a word, as a killed daemon does. */
  vanish(): Promise<void>;
};

/** An ARI event, as far as tests look into it. */
export type StasisEvent = {
  readonly type: string;
  readonly args?: readonly string[];
  readonly channel?: { readonly id: string; readonly name: string; readonly state: string };
};

/** Connects the application `cordboard` to the lab's Asterisk. */
export async function connectStasisApp(lab: LabAsterisk): Promise<StasisApp> {
  const socket = new WebSocket(`ws://127.0.0.1:${lab.ports.http}/ari/events?app=cordboard`, {
    auth: `cordboard:${lab.ariSecret}`,
  });
  const events: StasisEvent[] = [];
  socket.on('message', (data) => void events.push(JSON.parse(String(data)) as StasisEvent));
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  const saw: StasisApp['saw'] = (matches, what) => waitUntil(() => events.find(matches), what);
  return {
    events,
    saw,
    entered: async (argument) => {
      const event = await saw(
        (one) => one.type === 'StasisStart' && one.args?.[0] === argument,
        `StasisStart of ${argument}`,
      );
      return event.channel?.id ?? '';
    },
    vanish: async () => {
      const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
      socket.terminate();
      await closed;
      // Asterisk notices by itself; until it did, a new call would still be handed to the dead application.
      const sessions = async (): Promise<string> => lab.rx('ari show websocket sessions');
      await waitUntil(async () => !(await sessions()).includes('cordboard'), 'Asterisk to miss the application');
    },
  };
}
