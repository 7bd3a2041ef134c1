import * as z from 'zod';
import { CODECS } from '../protocol/phone-settings.ts';
import { duration, judging, judgingItems, PATH, PATH_IN_WORDS, text, WORD, WORD_IN_WORDS } from './fields.ts';

const CODEC_LIST = z
  .array(z.enum(CODECS, { error: `one of ${CODECS.join(', ')}` }), { error: 'a list of codecs such as [opus, ulaw]' })
  .min(1, { error: 'at least one codec' })
  .refine((list) => new Set(list).size === list.length, { error: 'each codec once', ...judgingItems })
  .prefault(['opus', 'g722', 'alaw', 'ulaw']);

// A STUN address has no query (RFC 7064), a TURN address may name its transport (RFC 7065).
const ICE_URL = /^(?:stuns?:[A-Za-z0-9.:_[\]-]{1,253}|turns?:[A-Za-z0-9.:_[\]-]{1,253}(?:\?transport=(?:udp|tcp))?)$/;
const ICE_URL_IN_WORDS = 'an address such as stun:stun.example.net or turn:turn.example.net:3478?transport=tcp';

const ICE_SERVER = z
  .strictObject({
    urls: z
      .array(z.string({ error: ICE_URL_IN_WORDS }).regex(ICE_URL, { error: ICE_URL_IN_WORDS }), {
        error: 'a list of addresses',
      })
      .min(1, { error: 'at least one address' }),
    user: z.string({ error: WORD_IN_WORDS }).regex(WORD, { error: WORD_IN_WORDS }).optional(),
    'secret-file': z.string({ error: PATH_IN_WORDS }).regex(PATH, { error: PATH_IN_WORDS }).optional(),
    'shared-secret-file': z.string({ error: PATH_IN_WORDS }).regex(PATH, { error: PATH_IN_WORDS }).optional(),
  })
  .refine((server) => (server.user === undefined) === (server['secret-file'] === undefined), {
    path: ['user'],
    error: 'user and secret-file together, or neither',
    ...judging(),
  })
  .refine((server) => server.user === undefined || server['shared-secret-file'] === undefined, {
    path: ['shared-secret-file'],
    error: 'either user with secret-file, or shared-secret-file',
    ...judging(),
  })
  // A browser takes no TURN server without credentials, and then no call at all (W3C WebRTC, RTCPeerConnection).
  .refine(
    (server) =>
      server.user !== undefined ||
      server['shared-secret-file'] !== undefined ||
      !server.urls.some((url) => /^turns?:/.test(url)),
    {
      path: ['urls'],
      error: 'with turn: or turns:, user and secret-file, or shared-secret-file',
      ...judging('urls'),
    },
  );

/** The `sip` section: what phones are given. */
export const SIP = z.strictObject({
  codecs: CODEC_LIST,
  prefix: text(
    '',
    /^(?!trunk-|trial-)(?:[a-z0-9][a-z0-9._-]{0,15})?$/,
    'nothing, or 1 to 16 of a-z, 0-9, dot, underscore and dash',
  ),
  context: text('from-sip', /^[A-Za-z0-9_-]{1,79}$/, 'the name of a context of the dialplan'),
  check: duration('1h', '1m', '24h'),
  'ice-servers': z
    .array(ICE_SERVER, { error: 'a list of servers such as {urls: [stun:stun.example.net]}' })
    .max(8, { error: 'at most 8 servers' })
    .default([]),
});
