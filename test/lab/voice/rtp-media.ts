import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import type { BodyAndContentType, SessionDescriptionHandler } from 'sip.js';
import { RtpHeader, RtpPacket, SrtpSession } from 'werift';
import { keyEvents, keysType } from './keys.ts';
import { frameSamples, type Voice } from './voice.ts';

const suite = 'AES_CM_128_HMAC_SHA1_80';
/** The number of that suite among SRTP's protection profiles (RFC 5764 section 4.1.2), which is what werift goes by. */
const profile = 1;

/** Media of a desk phone: RTP (RFC 3550), or with `secure` SRTP whose keys travel in the description (RFC 4568). */
export function createRtpMedia(voice: Voice, secure: boolean): SessionDescriptionHandler {
  const socket = createSocket('udp4');
  const bound = new Promise<number>((resolve) => {
    socket.bind(0, '127.0.0.1', () => resolve(socket.address().port));
  });
  const ownKey = randomBytes(30);
  let session: SrtpSession | null = null;
  let remote: { readonly host: string; readonly port: number } | null = null;
  let ticking: NodeJS.Timeout | null = null;
  let sequence = 1;
  let stamp = 0;
  let open = true;
  /** What is left to be sent of a key that was pressed: as long as it is held down, nothing is spoken. */
  const pressed: ReturnType<typeof keyEvents>[number][] = [];

  socket.on('message', (data) => {
    try {
      const packet = RtpPacket.deSerialize(session === null ? data : session.decrypt(data));
      if (packet.header.payloadType === 0) voice.hear(Buffer.from(packet.payload));
    } catch {
      // What is not authentic, or is RTCP, is not heard.
    }
  });

  function speak(): void {
    if (remote === null || (secure && session === null)) return;
    const key = pressed.shift();
    sequence = (sequence + 1) & 0xffff;
    stamp = (stamp + frameSamples) >>> 0;
    const header = new RtpHeader({
      payloadType: key === undefined ? 0 : keysType,
      marker: key?.isFirst ?? false,
      sequenceNumber: sequence,
      // All packets of one key have the time at which it was pressed.
      timestamp: stamp - frameSamples * (key?.place ?? 0),
      ssrc: 7,
    });
    const payload = key?.payload ?? voice.next();
    const data = session === null ? new RtpPacket(header, payload).serialize() : session.encrypt(payload, header);
    socket.send(data, remote.port, remote.host);
  }

  return {
    hasDescription: (contentType) => contentType === 'application/sdp',
    async getDescription(): Promise<BodyAndContentType> {
      const port = await bound;
      const lines = [
        ...['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0'],
        ...[`m=audio ${port} ${secure ? 'RTP/SAVP' : 'RTP/AVP'} 0 ${keysType}`, 'a=rtpmap:0 PCMU/8000'],
        ...[`a=rtpmap:${keysType} telephone-event/8000`, `a=fmtp:${keysType} 0-16`, 'a=ptime:20', 'a=sendrecv'],
        ...(secure ? [`a=crypto:1 ${suite} inline:${ownKey.toString('base64')}`] : []),
      ];
      return { body: `${lines.join('\r\n')}\r\n`, contentType: 'application/sdp' };
    },
    setDescription(sdp) {
      const host = /^c=IN IP4 (\S+)/m.exec(sdp)?.[1] ?? '127.0.0.1';
      const port = Number(/^m=audio (\d+)/m.exec(sdp)?.[1]);
      const key = new RegExp(`^a=crypto:\\d+ ${suite} inline:([^|\\s]+)`, 'm').exec(sdp)?.[1];
      if (secure !== (key !== undefined)) return Promise.reject(new Error(`not the media that was agreed:\n${sdp}`));
      if (key !== undefined) session = createSession(ownKey, Buffer.from(key, 'base64'));
      remote = { host, port };
      if (open) ticking ??= setInterval(speak, 20);
      return Promise.resolve();
    },
    rollbackDescription: () => Promise.resolve(),
    sendDtmf(digit) {
      pressed.push(...keyEvents(digit));
      return remote !== null;
    },
    close() {
      if (!open) return;
      open = false;
      if (ticking !== null) clearInterval(ticking);
      void bound.then(() => socket.close());
    },
  };
}

/** 16 octets of key and 14 of salt, each way. */
function createSession(local: Buffer, remote: Buffer): SrtpSession {
  const keys = {
    localMasterKey: local.subarray(0, 16),
    localMasterSalt: local.subarray(16, 30),
    remoteMasterKey: remote.subarray(0, 16),
    remoteMasterSalt: remote.subarray(16, 30),
  };
  return new SrtpSession({ keys, profile });
}
