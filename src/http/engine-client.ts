import { randomUUID } from 'node:crypto';
import type { Intent, OutsideEvent, SettingsEvent } from '../core/events.ts';
import { Refusal } from '../directory/refusal.ts';
import type { EngineStatus, ToEngine, ToFront } from '../protocol/seam.ts';
import type { WhyAnswer, WhyAsk } from '../protocol/why.ts';

/** The front's side of the seam: a `MessagePort`, or a stub in tests. */
export type EnginePort = {
  post(message: ToEngine): void;
  onMessage(listener: (message: ToFront) => void): void;
};

/** Asks the engine and waits for its answers. */
export type EngineClient = {
  /** Resolves when it was done. Throws a `Refusal` with the engine's reason, or `engine-silent` after the deadline. */
  ask(intent: Intent): Promise<void>;
  /** null when the engine did not answer in time. */
  status(patienceMs: number): Promise<EngineStatus | null>;
  /** Explains from the engine's own state. Throws a `Refusal` `engine-silent` after the deadline. */
  why(ask: WhyAsk): Promise<WhyAnswer>;
  settings(event: SettingsEvent): void;
  outside(event: OutsideEvent): void;
};

type Reply = Extract<ToFront, { kind: 'reply' }>;

/** `rest` gets what is no answer: `hello` and `facts`. */
export function createEngineClient(
  port: EnginePort,
  intentMs: number,
  rest: (message: Extract<ToFront, { kind: 'hello' | 'facts' }>) => void,
): EngineClient {
  const intents = new Map<string, (reply: Reply) => void>();
  const statuses = new Map<string, (status: EngineStatus) => void>();
  const answers = new Map<string, (answer: WhyAnswer) => void>();
  port.onMessage((message) => {
    switch (message.kind) {
      case 'reply':
        intents.get(message.intent)?.(message);
        break;
      case 'status':
        statuses.get(message.id)?.(message.status);
        break;
      case 'why':
        answers.get(message.id)?.(message.answer);
        break;
      default:
        rest(message);
    }
  });
  return {
    async ask(ask) {
      const intent = randomUUID();
      const reply = await answer(intents, intent, intentMs, () => port.post({ kind: 'intent', intent, ask }));
      if (reply === null) {
        throw new Refusal(
          'engine-silent',
          `The engine did not answer within ${intentMs} ms; it may still do it: look with cordboard status`,
        );
      }
      if (reply.error !== null) {
        const field = /^(\w+): expected /.exec(reply.error.message)?.[1];
        throw new Refusal(reply.error.code, reply.error.message, field);
      }
    },
    status(patienceMs) {
      const id = randomUUID();
      return answer(statuses, id, patienceMs, () => port.post({ kind: 'ask-status', id }));
    },
    async why(ask) {
      const id = randomUUID();
      const said = await answer(answers, id, intentMs, () => port.post({ kind: 'ask-why', id, ask }));
      if (said === null) throw new Refusal('engine-silent', `The engine did not answer within ${intentMs} ms`);
      return said;
    },
    outside: (event) => port.post({ kind: 'outside', event }),
    settings: (event) => port.post({ kind: 'settings', event }),
  };
}

/** Sends, and waits for what `waiting` is given under `id`; null after the deadline. */
function answer<T>(
  waiting: Map<string, (value: T) => void>,
  id: string,
  ms: number,
  send: () => void,
): Promise<T | null> {
  return new Promise((resolve) => {
    // Behind the next poll: after a stall a due timer fires before the answer that lies in the port is read.
    const timer = setTimeout(() => setImmediate(settle, null), ms);
    const settle = (value: T | null): void => {
      clearTimeout(timer);
      waiting.delete(id);
      resolve(value);
    };
    waiting.set(id, settle);
    send();
  });
}
