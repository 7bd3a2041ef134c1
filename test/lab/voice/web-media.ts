import type { BodyAndContentType, SessionDescriptionHandler } from 'sip.js';
import { MediaStreamTrack, RTCPeerConnection, RTCRtpCodecParameters, RtpHeader, RtpPacket } from 'werift';
import { frameSamples, type Voice } from './voice.ts';

/** Media of a browser: ICE, DTLS-SRTP and rtcp-mux (RFC 8834), by a WebRTC written in TypeScript. */
export function createWebMedia(voice: Voice): SessionDescriptionHandler {
  const codec = new RTCRtpCodecParameters({ mimeType: 'audio/PCMU', clockRate: 8000, channels: 1, payloadType: 0 });
  const peer = new RTCPeerConnection({ codecs: { audio: [codec] }, iceServers: [], bundlePolicy: 'max-bundle' });
  const track = new MediaStreamTrack({ kind: 'audio' });
  peer.addTransceiver(track, { direction: 'sendrecv' });
  let sequence = 1;
  const ticking = setInterval(() => {
    if (peer.connectionState !== 'connected') return;
    const header = new RtpHeader({
      payloadType: 0,
      sequenceNumber: sequence,
      timestamp: sequence * frameSamples,
      ssrc: 7,
    });
    sequence = (sequence + 1) & 0xffff;
    track.writeRtp(new RtpPacket(header, voice.next()));
  }, 20);
  peer.onTrack.subscribe((incoming) => {
    incoming.onReceiveRtp.subscribe((packet) => voice.hear(Buffer.from(packet.payload)));
  });

  return {
    hasDescription: (contentType) => contentType === 'application/sdp',
    async getDescription(): Promise<BodyAndContentType> {
      const isAnswer = peer.signalingState === 'have-remote-offer';
      await peer.setLocalDescription(isAnswer ? await peer.createAnswer() : await peer.createOffer());
      return { body: peer.localDescription?.sdp ?? '', contentType: 'application/sdp' };
    },
    async setDescription(sdp) {
      const type = peer.signalingState === 'have-local-offer' ? 'answer' : 'offer';
      await peer.setRemoteDescription({ type, sdp });
    },
    rollbackDescription: () => Promise.resolve(),
    sendDtmf: () => false,
    close() {
      clearInterval(ticking);
      void peer.close();
    },
  };
}
