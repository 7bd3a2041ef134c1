import type { AriResponse } from '../asterisk/ari/port.ts';
import { type Bridge, bridgeJson, joinBridge, leaveBridge, type Pbx } from './pbx.ts';
import { type Asked, done, fail, ok } from './rest-answers.ts';

/** `/bridges` */
export function bridges(pbx: Pbx, asked: Asked): AriResponse {
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
