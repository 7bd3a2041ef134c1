import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Account, Address, FromFarm, Journal, ToFarm, Workload } from './protocol.ts';

/** The farm, seen from the bench. Every method rejects when the farm failed or died. */
export type FarmClient = {
  /** Opens fresh sockets towards this Asterisk; what was open before is closed. */
  open(asterisk: Address): Promise<{ readonly phonePort: number; readonly callerPort: number }>;
  /** Answers how long it took, in ms. */
  register(accounts: readonly Account[]): Promise<number>;
  run(workload: Workload): Promise<Journal>;
  stop(): Promise<void>;
};

/** Phones are on one loopback address and callers on another, so that Asterisk knows a caller by the address. */
export const phoneHost = '127.0.0.1';
export const callerHost = '127.0.0.2';

/** Starts the farm's process. */
export function startFarm(): FarmClient {
  const child = fork(fileURLToPath(new URL('./main.ts', import.meta.url)), [], { execArgv: ['--import', 'tsx'] });
  const waiting = new Map<number, { resolve: (message: FromFarm) => void; reject: (error: Error) => void }>();
  let lastId = 0;
  child.on('message', (message: FromFarm) => {
    const asker = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.answer === 'failed') asker?.reject(new Error(`farm: ${message.why}`));
    else asker?.resolve(message);
  });
  child.on('exit', (code) => {
    for (const asker of waiting.values()) asker.reject(new Error(`the farm ended with code ${code}`));
    waiting.clear();
  });

  const ask = (message: WithoutId<ToFarm>): Promise<FromFarm> =>
    new Promise((resolve, reject) => {
      lastId += 1;
      waiting.set(lastId, { resolve, reject });
      child.send({ ...message, id: lastId });
    });

  return {
    open: async (asterisk) => expectAnswer(await ask({ ask: 'open', asterisk, phoneHost, callerHost }), 'opened'),
    register: async (accounts) => expectAnswer(await ask({ ask: 'register', accounts }), 'registered').tookMs,
    run: async (workload) => expectAnswer(await ask({ ask: 'run', workload }), 'ran').journal,
    stop: () => stop(child),
  };
}

type WithoutId<Message> = Message extends unknown ? Omit<Message, 'id'> : never;

function expectAnswer<Kind extends FromFarm['answer']>(
  message: FromFarm,
  kind: Kind,
): Extract<FromFarm, { answer: Kind }> {
  if (!isAnswer(message, kind)) throw new Error(`farm: expected ${kind}, got ${message.answer}`);
  return message;
}

function isAnswer<Kind extends FromFarm['answer']>(
  message: FromFarm,
  kind: Kind,
): message is Extract<FromFarm, { answer: Kind }> {
  return message.answer === kind;
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.disconnect();
  await ended;
}
