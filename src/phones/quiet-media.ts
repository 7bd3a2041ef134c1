import type { BodyAndContentType, SessionDescriptionHandler, SessionDescriptionHandlerOptions } from 'sip.js';

/** Which kind of endpoint a description is made for: WebRTC (DTLS-SRTP, ICE, rtcp-mux), plain RTP, or SRTP (SDES). */
export type MediaKind = 'webrtc' | 'rtp' | 'srtp';

/** Every kind, in the order in which a phone that does not know its endpoint tries them. */
export const mediaKinds: readonly MediaKind[] = ['webrtc', 'rtp', 'srtp'];

/** Which way media would go (RFC 3264 §5.1). To Asterisk everybody who does not receive holds the call. */
export type MediaDirection = 'inactive' | 'sendonly' | 'sendrecv';

/** Passed through SIP.js to `getDescription`: the kind to offer, and the direction. An answer follows the offer it answers. */
export type QuietMediaOptions = SessionDescriptionHandlerOptions & {
  readonly kind?: MediaKind;
  readonly direction?: MediaDirection;
};

/**
 * The media of a phone that has none: descriptions that Asterisk accepts (RFC 3264, RFC 8829), marked inactive at the
 * discard port, so that not one RTP packet is sent by either side. It makes a phone cheap enough for hundreds in a process.
 */
export function createQuietMedia(): SessionDescriptionHandler {
  let offer: string | null = null;
  let isOffering = false;
  let talk: Talk = { kind: 'webrtc', mid: '0', version: 0 };
  return {
    close: () => {},
    hasDescription: (contentType) => contentType === 'application/sdp',
    getDescription: (options?: QuietMediaOptions): Promise<BodyAndContentType> => {
      talk = { ...talk, kind: options?.kind ?? talk.kind, version: talk.version + 1 };
      isOffering = offer === null;
      const body = offer === null ? makeOffer(talk, options?.direction ?? 'inactive') : makeAnswer(offer, talk.version);
      offer = null;
      return Promise.resolve({ body, contentType: 'application/sdp' });
    },
    setDescription: (sdp) => {
      // Of an answer to our offer nothing is needed; of an offer, the formats and the kind of transport are.
      if (!isOffering) {
        offer = sdp;
        talk = { ...talk, kind: kindOfOffer(sdp), mid: sdp.match(/^a=mid:(\S+)/m)?.[1] ?? talk.mid };
      }
      isOffering = false;
      return Promise.resolve();
    },
    rollbackDescription: () => {
      // A refused offer of ours: the next description from Asterisk is an offer, and no answer to it.
      isOffering = false;
      offer = null;
      return Promise.resolve();
    },
    sendDtmf: () => false,
  };
}

/** What stays the same from one description of a call to the next; each has a version of its own (RFC 3264 §8). */
type Talk = { readonly kind: MediaKind; readonly mid: string; readonly version: number };

/** The kind that an SDP offer from Asterisk asks for, by how its keys come: DTLS (RFC 5763), SDES (RFC 4568), none. */
export function kindOfOffer(sdp: string): MediaKind {
  if (/^a=fingerprint:/m.test(sdp)) return 'webrtc';
  return /^a=crypto:/m.test(sdp) ? 'srtp' : 'rtp';
}

const TELEPHONE_EVENT = 101;

const OFFERED_FORMATS = [
  'a=rtpmap:0 PCMU/8000',
  'a=rtpmap:3 GSM/8000',
  'a=rtpmap:8 PCMA/8000',
  'a=rtpmap:9 G722/8000',
  'a=rtpmap:18 G729/8000',
  'a=rtpmap:107 opus/48000/2',
  `a=rtpmap:${TELEPHONE_EVENT} telephone-event/8000`,
  `a=fmtp:${TELEPHONE_EVENT} 0-16`,
];

/** Well formed and never used: with no packet sent there is no handshake in which they could be compared. */
const WEBRTC_DUMMY = [
  'a=ice-ufrag:quiet',
  'a=ice-pwd:quietquietquietquietquiet',
  `a=fingerprint:sha-256 ${Array.from({ length: 32 }, () => 'C0').join(':')}`,
  'a=rtcp-mux',
];

const SRTP_SUITE = 'AES_CM_128_HMAC_SHA1_80';
/** 30 octets of key and salt that never protect anything. */
const SRTP_DUMMY_KEY = Buffer.alloc(30, 'quiet').toString('base64');

const PROFILES: Readonly<Record<MediaKind, string>> = { webrtc: 'UDP/TLS/RTP/SAVPF', rtp: 'RTP/AVP', srtp: 'RTP/SAVP' };

function makeOffer({ kind, mid, version }: Talk, direction: MediaDirection): string {
  const media = [`m=audio 9 ${PROFILES[kind]} 0 8 9 3 18 107 ${TELEPHONE_EVENT}`, ...OFFERED_FORMATS, `a=${direction}`];
  if (kind === 'webrtc') media.push(`a=mid:${mid}`, 'a=setup:actpass', ...WEBRTC_DUMMY);
  if (kind === 'srtp') media.push(`a=crypto:1 ${SRTP_SUITE} inline:${SRTP_DUMMY_KEY}`);
  return session(kind === 'webrtc' ? [`a=group:BUNDLE ${mid}`] : [], media, version);
}

/** Accepts the first audio stream with its first format and refuses every other stream with port 0 (RFC 3264 §6). */
function makeAnswer(offer: string, version: number): string {
  const sections = offer.split(/\r?\n(?=m=)/).slice(1);
  const audioAt = sections.findIndex((section) => section.startsWith('m=audio '));
  const media = sections.flatMap((section, index) => (index === audioAt ? acceptAudio(section) : refuse(section)));
  const mid = sections[audioAt]?.match(/^a=mid:(\S+)/m)?.[1];
  const bundled = mid !== undefined && /^a=group:BUNDLE /m.test(offer);
  return session(bundled ? [`a=group:BUNDLE ${mid}`] : [], media, version);
}

function acceptAudio(section: string): string[] {
  const lines = section.split(/\r?\n/);
  const [, , profile = 'RTP/AVP', ...formats] = (lines[0] ?? '').split(' ');
  const maps = lines.filter((line) => line.startsWith('a=rtpmap:'));
  const events = maps.find((line) => line.includes('telephone-event/8000'))?.match(/^a=rtpmap:(\d+)/)?.[1];
  const kept = [formats[0] ?? '0', ...(events === undefined ? [] : [events])];
  const answer = [`m=audio 9 ${profile} ${kept.join(' ')}`];
  for (const line of maps) {
    if (kept.some((format) => line.startsWith(`a=rtpmap:${format} `))) answer.push(line);
  }
  answer.push('a=inactive', ...lines.filter((line) => line.startsWith('a=mid:')));
  const [, tag, suite] = section.match(/^a=crypto:(\d+) (\S+)/m) ?? [];
  if (suite !== undefined) answer.push(`a=crypto:${tag} ${suite} inline:${SRTP_DUMMY_KEY}`);
  // As the active side of DTLS (RFC 5763 §5) it is we who would have to begin, so Asterisk waits and sends nothing.
  if (kindOfOffer(section) === 'webrtc') answer.push('a=setup:active', ...WEBRTC_DUMMY);
  return answer;
}

function refuse(section: string): string[] {
  const [kind, , profile, format] = (section.split(/\r?\n/)[0] ?? '').split(' ');
  return [`${kind} 0 ${profile} ${format}`];
}

function session(attributes: readonly string[], media: readonly string[], version: number): string {
  const head = ['v=0', `o=- 1 ${version} IN IP4 127.0.0.1`, 's=-', 'c=IN IP4 127.0.0.1', 't=0 0'];
  return `${[...head, ...attributes, ...media].join('\r\n')}\r\n`;
}
