/**
 * The least that any program can do to send a caller to an agent over ARI: the first free agent, `create`, `dial`, and a bridge
 * when the phone answers. No rules, no checks, nothing written down, nothing survives. It shows what crossing the socket costs by itself.
 */
import { WebSocket } from 'ws';
import { wantedEvents } from '../../src/asterisk/ari/connection.ts';
import { decodeMessage, encodeRequest } from '../../src/asterisk/ari/message.ts';
import type { AriEvent, AriRequest, AriResponse } from '../../src/asterisk/ari/port.ts';
import { dialUri } from '../../src/asterisk/early-dial.ts';

type Talk = { readonly caller: string; readonly leg: string; readonly agent: string; isUp: boolean };

const [port = '', secret = '', ...agents] = process.argv.slice(2);
const app = 'cordboard';
const free = [...agents];
const waiting: string[] = [];
/** By caller's channel and by agent's channel. */
const talks = new Map<string, Talk>();
const answers = new Map<number, (response: AriResponse) => void>();
let lastRequest = 0;
let lastLeg = 0;

const socket = new WebSocket(`ws://127.0.0.1:${port}/ari/events?app=${app}`, {
  headers: { Authorization: `Basic ${Buffer.from(`cordboard:${secret}`).toString('base64')}` },
  perMessageDeflate: false,
});
socket.on('open', () => {
  const allowed = wantedEvents.map((type) => ({ type }));
  ask({ method: 'PUT', uri: `applications/${app}/eventFilter`, body: { allowed } }, () => process.send?.('ready'));
});
socket.on('message', (data) => {
  const message = decodeMessage(String(data));
  if (message?.kind === 'event') hear(message.event);
  else if (message?.kind === 'response') {
    const answered = answers.get(message.id);
    answers.delete(message.id);
    answered?.(message.response);
  }
});
socket.on('close', () => process.exit(0));
// The bench is gone: nobody would stop us.
process.on('disconnect', () => process.exit(0));

function ask(request: AriRequest, done: (response: AriResponse) => void = () => undefined): void {
  lastRequest += 1;
  answers.set(lastRequest, done);
  socket.send(encodeRequest(lastRequest, request));
}

function hear(event: AriEvent): void {
  const { id = '', state = '' } = (event.channel ?? {}) as { id?: string; state?: string };
  if (event.type === 'StasisStart' && !talks.has(id)) arrived(id);
  else if (event.type === 'ChannelStateChange' && state === 'Up') join(talks.get(id));
  else if (event.type === 'ChannelDestroyed') end(talks.get(id));
}

function arrived(caller: string): void {
  waiting.push(caller);
  match();
  ask({ method: 'POST', uri: `applications/${app}/subscription?eventSource=channel%3A${caller}` });
}

function match(): void {
  if (waiting.length === 0 || free.length === 0) return;
  const caller = waiting.shift() ?? '';
  const agent = free.shift() ?? '';
  lastLeg += 1;
  const leg = `floor-${lastLeg}`;
  const talk: Talk = { caller, leg, agent, isUp: false };
  talks.set(caller, talk);
  talks.set(leg, talk);
  const uri = `channels/create?endpoint=PJSIP%2F${agent}&app=${app}&channelId=${leg}&originator=${caller}`;
  ask({ method: 'POST', uri }, () => dial(talk, 5));
}

/** The channel is in our application a moment after its making: until then a dial is refused with 409. */
function dial(talk: Talk, tries: number): void {
  ask({ method: 'POST', uri: dialUri(talk.leg, talk.caller, 15_000) }, ({ status }) => {
    if (status === 409 && tries > 0) dial(talk, tries - 1);
  });
}

function join(talk: Talk | undefined): void {
  if (talk === undefined || talk.isUp) return;
  talk.isUp = true;
  const bridge = `room-${talk.leg}`;
  ask({ method: 'POST', uri: `channels/${talk.caller}/answer` });
  ask({ method: 'POST', uri: `bridges?type=mixing&bridgeId=${bridge}` });
  ask({ method: 'POST', uri: `bridges/${bridge}/addChannel?channel=${talk.caller},${talk.leg}` });
}

function end(talk: Talk | undefined): void {
  if (talk === undefined || !talks.has(talk.leg)) return;
  talks.delete(talk.leg);
  talks.delete(talk.caller);
  ask({ method: 'DELETE', uri: `channels/${talk.leg}` });
  ask({ method: 'DELETE', uri: `channels/${talk.caller}` });
  ask({ method: 'DELETE', uri: `bridges/room-${talk.leg}` });
  free.push(talk.agent);
  match();
}
