import type { AriRequest, AriResponse } from '../asterisk/ari/port.ts';
import { type Channel, channelJson, timestamp } from './channel.ts';
import { goOn, setLease } from './dialplan.ts';
import {
  type Bridge,
  bridgeJson,
  endChannel,
  endSaying,
  enterStasis,
  joinBridge,
  later,
  leaveBridge,
  newChannel,
  type Pbx,
  setState,
  tellOfDial,
} from './pbx.ts';
import { phoneEnd, ring } from './station.ts';

/** Answers one REST request as Asterisk 22 does: status and message were read off the real one. */
export function answerRequest(pbx: Pbx, request: AriRequest): AriResponse {
  const [path = '', query = ''] = request.uri.split('?');
  const parts = path.split('/').map(decodeURIComponent);
  const asked: Asked = { method: request.method, parts, query: new URLSearchParams(query), body: request.body };
  if (parts[0] === 'channels') return channels(pbx, asked);
  if (parts[0] === 'bridges') return bridges(pbx, asked);
  if (parts[0] === 'playbacks') {
    const channel = pbx.channels.get((parts[1] ?? '').replace(/-say$/, ''));
    if (channel?.saying == null) return fail(404, 'Playback not found');
    endSaying(pbx, channel);
    return done;
  }
  if (parts[0] === 'applications') return applications(pbx, asked);
  if (parts[0] === 'asterisk' && parts[1] === 'info') {
    const started = timestamp(pbx.startedAt);
    return ok({ status: { startup_time: started, last_reload_time: started }, system: { version: '22.10.1' } });
  }
  return fail(404, 'Resource not found');
}

/** Each sound takes so long. */
const soundMs = 1_500;

type Asked = {
  readonly method: AriRequest['method'];
  readonly parts: readonly string[];
  readonly query: URLSearchParams;
  readonly body: unknown;
};

const done: AriResponse = { status: 204, body: null };
const ok = (body: unknown): AriResponse => ({ status: 200, body });
const fail = (status: number, message: string): AriResponse => ({ status, body: { message } });
const notInStasis = fail(409, 'Channel not in Stasis application');

function channels(pbx: Pbx, asked: Asked): AriResponse {
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

const notAllowed = fail(405, 'Invalid method');

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

function bridges(pbx: Pbx, asked: Asked): AriResponse {
  const [, id, action] = asked.parts;
  if (asked.method === 'GET' && id === undefined) return ok([...pbx.bridges.values()].map(bridgeJson));
  if (asked.method === 'POST' && action === undefined) return makeBridge(pbx, id ?? asked.query.get('bridgeId'));
  const bridge = pbx.bridges.get(id ?? '');
  if (bridge === undefined) return fail(404, 'Bridge not found');
  const named = (asked.query.getAll('channel').at(-1) ?? '').split(',').filter((one) => one !== '');
  switch (`${asked.method} ${action ?? ''}`) {
    case 'GET ':
      return ok(bridgeJson(bridge));
    case 'DELETE ':
      for (const member of [...bridge.channels]) leave(pbx, member);
      pbx.bridges.delete(bridge.id);
      return done;
    case 'POST addChannel':
      return addChannels(pbx, bridge, named);
    case 'POST removeChannel':
      if (named.some((one) => !pbx.channels.has(one))) return fail(400, 'Channel not found');
      if (named.some((one) => !bridge.channels.includes(one))) return fail(422, 'Channel not in this bridge');
      for (const one of named) leave(pbx, one);
      return done;
  }
  return fail(404, 'Resource not found');
}

function makeBridge(pbx: Pbx, wanted: string | null): AriResponse {
  const id = wanted ?? `sim-bridge-${pbx.nextChannel}`;
  if (pbx.bridges.has(id)) return fail(409, `Bridge with id '${id}' already exists`);
  const bridge: Bridge = { id, createdAt: pbx.scheduler.now(), channels: [] };
  pbx.bridges.set(id, bridge);
  return ok(bridgeJson(bridge));
}

/** All or none: a name that is unknown is a 400, one outside of Stasis a 422. */
function addChannels(pbx: Pbx, bridge: Bridge, named: readonly string[]): AriResponse {
  const found = named.map((one) => pbx.channels.get(one));
  if (named.length === 0 || found.some((channel) => channel === undefined)) return fail(400, 'Channel not found');
  if (found.some((channel) => !channel?.inStasis)) return fail(422, 'Channel not in Stasis application');
  for (const channel of found) if (channel !== undefined) joinBridge(pbx, bridge, channel);
  return done;
}

function leave(pbx: Pbx, id: string): void {
  const channel = pbx.channels.get(id);
  if (channel !== undefined) leaveBridge(pbx, channel);
}

function applications(pbx: Pbx, asked: Asked): AriResponse {
  const [, name, action] = asked.parts;
  if (name !== pbx.app) return fail(404, 'Application not found');
  const source = asked.query.get('eventSource') ?? '';
  if (action === 'subscription' && source.startsWith('channel:')) {
    const channel = pbx.channels.get(source.slice('channel:'.length));
    if (channel === undefined) return fail(422, 'Channel not found');
    channel.isSubscribed = asked.method === 'POST';
  }
  const subscribed = [...pbx.channels.values()].filter((channel) => channel.inStasis || channel.isSubscribed);
  return ok({
    name,
    channel_ids: subscribed.map((channel) => channel.id),
    bridge_ids: [],
    endpoint_ids: ['PJSIP'],
    device_names: [],
  });
}
