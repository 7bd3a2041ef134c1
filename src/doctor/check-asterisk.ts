import { judgeVersion, neededVersions, soundVersion } from '../asterisk/version.ts';
import type { Evidence } from './evidence.ts';
import { type Finding, unchecked, warning, well, wrong } from './finding.ts';

/** The modules of which one must run, or Asterisk cannot change this codec into another. Video is passed on as it is. */
export const transcoders: Readonly<Record<string, readonly string[]>> = {
  alaw: ['codec_alaw.so'],
  g722: ['codec_g722.so'],
  g726: ['codec_g726.so'],
  g729: ['codec_g729.so', 'codec_g729a.so', 'codec_bcg729.so'],
  gsm: ['codec_gsm.so'],
  ilbc: ['codec_ilbc.so'],
  opus: ['codec_opus.so', 'codec_opus_open_source.so'],
  speex: ['codec_speex.so'],
  ulaw: ['codec_ulaw.so'],
};

/** `asterisk`: whether it answers. */
export function checkAsterisk({ pbx, config }: Evidence): readonly Finding[] {
  const expected = 'an Asterisk that answers over ARI';
  if (pbx.failure === null) return [well('asterisk', `${pbx.host} answers`, expected)];
  const at = `${config.asterisk.host}:${config.asterisk.httpPort}`;
  return [
    wrong(
      'asterisk',
      `${at}: ${pbx.failure}`,
      expected,
      'start Asterisk, or put asterisk.host, http-port and the secret file in cordboard.yaml right',
    ),
  ];
}

/** `version`: REST over the WebSocket is needed, and the holes of older ones should be closed. */
export function checkVersion({ pbx }: Evidence): readonly Finding[] {
  const expected = `${soundVersion} or later`;
  if (pbx.version === null) return [unchecked('version', pbx.failure ?? 'no answer', expected)];
  switch (judgeVersion(pbx.version)) {
    case 'sound':
      return [well('version', pbx.version, expected)];
    case 'too-old':
      return [
        wrong(
          'version',
          `${pbx.version}, which has no REST over ARI's WebSocket`,
          `${neededVersions}; best ${expected}`,
          'update Asterisk: Cordboard cannot drive this one',
        ),
      ];
    case 'has-holes':
      return [
        warning('version', `${pbx.version}, which has known holes in ARI`, expected, 'update Asterisk when you can'),
      ];
    case 'unknown':
      return [warning('version', pbx.version, expected, 'see yourself that it is new enough')];
  }
}

/** `modules`: those that something of ours fails without, and one that slows every call. */
export function checkModules({ pbx, modules }: Evidence): readonly Finding[] {
  const expected = 'all modules that Cordboard needs, and no app_queue';
  if (pbx.failure !== null) return [unchecked('modules', pbx.failure, expected)];
  const todo = 'load it in modules.conf and restart Asterisk';
  const missing = pbx.modulesMissing.map((name) => wrong('modules', `${name} is not running`, expected, todo));
  const hasQueue = 'seen' in modules && modules.seen.has('app_queue.so');
  const queue = warning(
    'modules',
    'app_queue.so is loaded: with large queues it slows every call',
    expected,
    'noload = app_queue.so in modules.conf, unless you need it beside Cordboard',
  );
  const findings = [...missing, ...(hasQueue ? [queue] : [])];
  return findings.length > 0 ? findings : [well('modules', 'all there', expected)];
}

/** `codecs`: a phone whose codec Asterisk cannot change hears no prompt, and no phone with another one. */
export function checkCodecs({ directory, modules, config }: Evidence): readonly Finding[] {
  const expected = 'a translator for each codec that phones are given';
  if ('unseen' in modules) return [unchecked('codecs', modules.unseen, expected)];
  const phones = 'seen' in directory ? directory.seen.phones : [];
  const used = new Set([...config.sip.codecs, ...phones.flatMap((phone) => phone.codecs)]);
  const stuck = [...used].filter((codec) => transcoders[codec]?.every((module) => !modules.seen.has(module)));
  if (stuck.length === 0) return [well('codecs', [...used].join(', '), expected)];
  // A phone that has others beside it is served with those.
  const only = phones.filter((phone) => phone.codecs.every((codec) => stuck.includes(codec))).map((phone) => phone.id);
  const todo = `load the codec's module, or take it out (sip.codecs, cordboard user set --codecs)`;
  const what = `${stuck.join(', ')} can only be passed on`;
  if (only.length === 0) return [warning('codecs', what, expected, todo)];
  return [wrong('codecs', `${what}, and ${some(only)} have nothing else: they hear no prompt`, expected, todo)];
}

/** `sounds`: what the fallback plays when nobody is there. */
export function checkSounds({ pbx, promptsMissing }: Evidence): readonly Finding[] {
  const expected = 'the prompts of the fallback';
  const todo = 'install asterisk-core-sounds-en (or of another language) and set the channels to that language';
  if (pbx.failure !== null) return [unchecked('sounds', pbx.failure, expected)];
  if (pbx.soundLanguages.length === 0) return [warning('sounds', 'no sounds at all', expected, todo)];
  if ('unseen' in promptsMissing) return [unchecked('sounds', promptsMissing.unseen, expected)];
  const missing = promptsMissing.seen;
  if (missing.length > 0) return [warning('sounds', `${missing.join(', ')} is missing`, expected, todo)];
  return [well('sounds', pbx.soundLanguages.join(', '), expected)];
}

/** `clock`: Asterisk's against ours; on two machines, or in a container, they drift apart. */
export function checkClock({ clockOffMs }: Evidence): readonly Finding[] {
  const expected = 'less than 2 s apart';
  if ('unseen' in clockOffMs) return [unchecked('clock', clockOffMs.unseen, expected)];
  const off = clockOffMs.seen;
  if (!Number.isFinite(off)) return [unchecked('clock', 'Asterisk does not say its time', expected)];
  const seconds = Math.abs(off) / 1_000;
  const found = `Asterisk is ${seconds.toFixed(1)} s ${off < 0 ? 'behind' : 'ahead'}`;
  if (seconds < 2) return [well('clock', found, expected)];
  return [warning('clock', found, expected, 'run NTP on both machines: logs and reports do not match otherwise')];
}

/** `session-limit`: each browser's phone is an HTTP session of Asterisk's, and ARI is one more. */
export function checkSessionLimit({ settings, directory }: Evidence): readonly Finding[] {
  const phones = 'seen' in directory ? directory.seen.phones : [];
  const count = phones.filter(({ transport }) => transport === 'ws' || transport === 'wss').length;
  // A phone that comes back before its old connection is noticed has two for a while.
  const needed = count * 2 + 50;
  const expected = `sessionlimit of at least ${needed} in http.conf, for ${count} WebSocket phones`;
  if ('unseen' in settings) return [unchecked('session-limit', settings.unseen, expected)];
  const limit = Number(settings.seen.http?.get('sessionlimit') ?? 100);
  if (limit >= needed) return [well('session-limit', String(limit), expected)];
  const todo = 'raise sessionlimit in http.conf and restart Asterisk (scripts/asterisk render --session-limit N)';
  // Two for ARI and its control, and none left for phones.
  if (limit < count + 2) return [wrong('session-limit', `${limit}: not all phones can be connected`, expected, todo)];
  return [warning('session-limit', String(limit), expected, todo)];
}

/** `write-timeout`: with Asterisk's default a daemon that pauses for a moment is cut off, and events are lost. */
export function checkWriteTimeout({ settings }: Evidence): readonly Finding[] {
  const expected = 'websocket_write_timeout of at least 1000 (ms) in ari.conf';
  if ('unseen' in settings) return [unchecked('write-timeout', settings.unseen, expected)];
  const timeoutMs = Number(settings.seen.ari?.get('websocket_write_timeout') ?? 100);
  if (timeoutMs >= 1_000) return [well('write-timeout', `${timeoutMs} ms`, expected)];
  return [
    warning(
      'write-timeout',
      `${timeoutMs} ms: a daemon that pauses so long is cut off`,
      expected,
      'websocket_write_timeout = 5000 in [general] of ari.conf, then: asterisk -rx "module reload res_ari.so"',
    ),
  ];
}

/** `pickup-code`: Asterisk's own pickup would take an offer behind our back. */
export function checkPickupCode({ settings }: Evidence): readonly Finding[] {
  const expected = 'an empty pickupexten in features.conf';
  if ('unseen' in settings) return [unchecked('pickup-code', settings.unseen, expected)];
  const code = settings.seen.features?.get('pickupexten') ?? '*8';
  if (code === '') return [well('pickup-code', 'empty', expected)];
  return [
    warning(
      'pickup-code',
      `${code}: who dials it takes a ringing call behind Cordboard's back`,
      expected,
      'pickupexten = with nothing behind it in [general] of features.conf, then: asterisk -rx "module reload features"',
    ),
  ];
}

/** At most ten of them by name. */
export function some(names: readonly string[]): string {
  const rest = names.length - 10;
  return `${names.slice(0, 10).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
