import type { SessionDescriptionHandler } from 'sip.js';
import type { Voices } from './voices.ts';

/** The media of a SIP.js phone that speaks and listens with a voice of this name, over plain RTP with PCMU. */
export function createVoicedMedia(voices: Voices, name: string): SessionDescriptionHandler {
  const voice = voices.join(name);
  return {
    close: () => voice.close(),
    hasDescription: (contentType) => contentType === 'application/sdp',
    getDescription: () => Promise.resolve({ body: voicedSdp(voices.port), contentType: 'application/sdp' }),
    setDescription: (sdp) => {
      voice.speakTo(audioPort(sdp));
      return Promise.resolve();
    },
    rollbackDescription: () => Promise.resolve(),
    sendDtmf: () => false,
  };
}

/** Both offer and answer: PCMU in both directions at a port of 127.0.0.1 (RFC 4566). */
export function voicedSdp(port: number): string {
  const lines = [
    'v=0',
    'o=- 1 1 IN IP4 127.0.0.1',
    's=-',
    'c=IN IP4 127.0.0.1',
    't=0 0',
    `m=audio ${port} RTP/AVP 0`,
    'a=rtpmap:0 PCMU/8000',
    'a=sendrecv',
  ];
  return `${lines.join('\r\n')}\r\n`;
}

/** Where the other side's description wants its audio. */
export function audioPort(sdp: string): number {
  const port = Number(sdp.match(/^m=audio (\d+) /m)?.[1]);
  if (!port) throw new Error(`no audio in this description:\n${sdp}`);
  return port;
}
