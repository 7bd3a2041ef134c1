import type { AriResponse } from '../asterisk/ari/port.ts';
import { type Channel, channelJson } from './channel.ts';
import { goOn, setLease } from './dialplan.ts';
import { endChannel, endSaying, enterStasis, later, newChannel, type Pbx, setState, tellOfDial } from './pbx.ts';
import { type Asked, done, fail, ok } from './rest-answers.ts';
import { phoneEnd, ring } from './station.ts';

/** Each sound takes so long. */
const soundMs = 1_500;

const notInStasis = fail(409, 'Channel not in Stasis application');
const notAllowed = fail(405, 'Invalid method');

/** `/channels`: what is asked of one of them, or of all. */
export function channels(pbx: Pbx, asked: Asked): AriResponse {
  const [, id, action] = asked.parts;
  if (id === undefined) return asked.method === 'GET' ? ok([...pbx.channels.values()].map(channelJson)) : notAllowed;
  if (id === 'create' && asked.method === 'POST') return create(pbx, asked.query);
  const channel = pbx.channels.get(id);
  if (channel === undefined) return fail(404, 'Channel not found');
  const name = `${asked.method} ${action ?? ''}`;
  switch (name) {
    case 'GET ':
      return ok(channelJson(channel));
    case 'DELETE ':
      return hangUp(pbx, channel, Number(asked.query.get('reason_code') ?? 16));
    case 'POST variable':
      return setVariable(pbx, channel, asked.query.get('variable') ?? '', asked.query.get('value') ?? '');
    case 'POST variables':
      return setVariables(pbx, channel, asked.body);
  }
  if (!channel.inStasis) return notInStasis;
  switch (name) {
    case 'POST dial':
      return dial(pbx, channel, Number(asked.query.get('timeout') ?? 0));
    case 'POST answer':
      setState(pbx, channel, 'Up');
      return done;
    case 'POST moh':
      channel.hears = 'music';
      return done;
    case 'POST progress':
      return done;
    case 'POST play': {
      const sounds = (asked.query.get('media') ?? '').split(',').length;
      channel.saying?.();
      channel.saying = later(pbx, channel, sounds * soundMs, () => endSaying(pbx, channel));
      return { status: 201, body: { id: asked.query.get('playbackId') } };
    }
    case 'POST ring':
      channel.hears = 'ringing';
      return done;
    case 'DELETE moh':
    case 'DELETE ring':
      channel.hears = 'nothing';
      return done;
    case 'POST continue': {
      const { query } = asked;
      goOn(pbx, channel, query.get('context') ?? '', query.get('extension') ?? '', Number(query.get('priority') ?? 1));
      return done;
    }
  }
  return fail(404, 'Resource not found');
}

/** The channel enters Stasis by itself, a moment after the answer; it rings nobody yet. */
function create(pbx: Pbx, query: URLSearchParams): AriResponse {
  const endpoint = query.get('endpoint');
  const id = query.get('channelId') ?? `sim.${pbx.nextChannel}`;
  if (!endpoint) return fail(400, 'Endpoint must be specified');
  if (pbx.channels.has(id)) return fail(409, 'Channel with given unique ID already exists');
  const phone = pbx.phones.get(endpoint.replace(/^PJSIP\/(?:.*@)?/, ''));
  if (!phone?.isRegistered) return { status: 500, body: { error: 'Allocation failed' } };
  let channel: Channel | undefined;
  channel = newChannel(
    pbx,
    {
      id,
      endpoint: phone.id,
      kind: 'created',
      state: 'Down',
      args: (query.get('appArgs') ?? '').split(',').filter((arg) => arg !== ''),
      number: '',
      dialplan: { context: 'from-sip', exten: 's', priority: 1, app: 'AppDial2', data: '(Outgoing Line)' },
    },
    phoneEnd(pbx, phone, () => channel),
  );
  const made = channel;
  later(pbx, made, pbx.dice.roll(2), () => enterStasis(pbx, made));
  return ok(channelJson(made));
}

/** A channel is dialled once. Two dials at the same moment get past Asterisk's own check, and the leg ends of it. */
function dial(pbx: Pbx, channel: Channel, timeoutS: number): AriResponse {
  const phone = pbx.phones.get(channel.endpoint);
  if (channel.kind !== 'created' || phone === undefined || channel.dialledAt + 2 < pbx.scheduler.now())
    return fail(409, 'Channel is already being dialled, or cannot be');
  if (channel.dialledAt !== Number.POSITIVE_INFINITY) {
    later(pbx, channel, 1, () => endChannel(pbx, channel, { cause: 16, sip: null, request: {}, byUs: true }));
    return done;
  }
  channel.dialledAt = pbx.scheduler.now();
  tellOfDial(pbx, channel, '');
  if (timeoutS > 0) {
    later(pbx, channel, timeoutS * 1000, () => {
      if (channel.state === 'Up') return;
      endChannel(pbx, channel, { cause: 19, sip: 480, request: { cause: 32, soft: true }, byUs: true });
    });
  }
  ring(pbx, phone, channel);
  return done;
}

function hangUp(pbx: Pbx, channel: Channel, cause: number): AriResponse {
  if (channel.dialplan.app === 'Bridge') pbx.cutInTalk.push(channel.id);
  // An unanswered caller is sent a SIP status, which Asterisk then reports as its own end.
  // A leg that was never dialled ends in the same way, though nobody is there to hear of it.
  const isUnheard =
    channel.kind === 'inbound' ? channel.state !== 'Up' : channel.dialledAt === Number.POSITIVE_INFINITY;
  const sip = isUnheard ? (refusals[cause] ?? 603) : null;
  endChannel(pbx, channel, { cause, sip, request: { cause: 32, soft: true }, byUs: true });
  return done;
}

const refusals: Readonly<Record<number, number>> = { 1: 404, 17: 486, 18: 480, 19: 480, 20: 480, 21: 403, 34: 503 };

function setVariable(pbx: Pbx, channel: Channel, name: string, value: string): AriResponse {
  channel.variables.set(name, value);
  if (name === 'TIMEOUT(absolute)') setLease(pbx, channel, Number(value) * 1000);
  return done;
}

function setVariables(pbx: Pbx, channel: Channel, body: unknown): AriResponse {
  if (typeof body !== 'object' || body === null || !('variables' in body)) return fail(400, 'variables are missing');
  if (channel.saying !== null) channel.isBlocking = true;
  for (const [name, value] of Object.entries(body.variables ?? {})) setVariable(pbx, channel, name, String(value));
  return done;
}
