import type { AriRequest, AriResponse } from '../asterisk/ari/port.ts';
import { timestamp } from './channel.ts';
import { endSaying, type Pbx } from './pbx.ts';
import { type Asked, done, fail, ok } from './rest-answers.ts';
import { bridges } from './rest-bridges.ts';
import { channels } from './rest-channels.ts';

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
