import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

/**
 * Phones that speak and listen: each sends small RTP packets (RFC 3550) with a payload that is its own, and counts whose
 * payloads it gets. All share one UDP socket of 127.0.0.1: Asterisk has a port for each leg, which tells them apart.
 */
export type Voices = {
  /** Where Asterisk is to send all media. */
  readonly port: number;
  /** A new voice of this name, silent until it knows where to speak to. */
  join(name: string): Voice;
  /** The newest voice of this name that was not closed. */
  of(name: string): Voice | undefined;
  close(): void;
};

export type Voice = {
  readonly name: string;
  /** From now on it speaks to this port of 127.0.0.1, and hears what comes from there. */
  speakTo(port: number): void;
  /** How many packets came, whoever sent them: music too. */
  readonly heard: number;
  /** How many packets came that this other voice spoke. */
  heardFrom(other: Voice): number;
  close(): void;
};

type Speaker = Voice & { readonly mark: number; speak(): void };

/** Opens the socket; every voice speaks so many times a second. */
export async function openVoices(perSecond: number): Promise<Voices> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 4 << 20 });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const speakers = new Set<Speaker>();
  const listeners = new Map<number, (packet: Buffer) => void>();
  let marks = 0;
  socket.on('message', (packet, { port }) => listeners.get(port)?.(packet));
  const timer = setInterval(() => {
    for (const speaker of speakers) speaker.speak();
  }, 1_000 / perSecond);

  return {
    port: socket.address().port,
    join(name) {
      marks += 1;
      const speaker = createSpeaker(socket, name, markOf(marks), listeners, () => speakers.delete(speaker));
      speakers.add(speaker);
      return speaker;
    },
    of: (name) => [...speakers].findLast((speaker) => speaker.name === name),
    close() {
      clearInterval(timer);
      socket.close();
    },
  };
}

function createSpeaker(
  socket: Socket,
  name: string,
  mark: number,
  listeners: Map<number, (packet: Buffer) => void>,
  left: () => void,
): Speaker {
  const heardMarks = new Map<number, number>();
  const packet = firstPacket(mark);
  let heard = 0;
  let port = 0;
  const listen = (said: Buffer): void => {
    heard += 1;
    const from = markIn(said);
    if (from !== null) heardMarks.set(from, (heardMarks.get(from) ?? 0) + 1);
  };
  return {
    name,
    mark,
    speakTo(to) {
      if (listeners.get(port) === listen) listeners.delete(port);
      port = to;
      listeners.set(port, listen);
    },
    get heard() {
      return heard;
    },
    heardFrom: (other) => heardMarks.get((other as Speaker).mark) ?? 0,
    speak() {
      if (port === 0) return;
      packet.writeUInt16BE((packet.readUInt16BE(2) + 1) & 0xffff, 2);
      packet.writeUInt32BE((packet.readUInt32BE(4) + frameBytes) >>> 0, 4);
      socket.send(Buffer.from(packet), port, '127.0.0.1');
    },
    close() {
      if (listeners.get(port) === listen) listeners.delete(port);
      port = 0;
      left();
    },
  };
}

const headerBytes = 12;
/** 20 ms of PCMU (RFC 3551 §4.5.14). */
const frameBytes = 160;
const pcmu = 0;

/** Each byte of a mark is one that PCMU, decoded and coded again, gives back as it was. */
function markOf(count: number): number {
  return (0x01_01_01_01 + (((count >> 8) & 0x3f) << 16) + ((count & 0x3f) << 8) + ((count >> 6) & 0x3)) >>> 0;
}

/** Version 2, PCMU, a source of its own; the mark fills the payload. */
function firstPacket(mark: number): Buffer {
  const packet = Buffer.alloc(headerBytes + frameBytes);
  packet.writeUInt8(0x80, 0);
  packet.writeUInt8(pcmu, 1);
  packet.writeUInt32BE(mark, 8);
  for (let at = headerBytes; at < packet.length; at += 4) packet.writeUInt32BE(mark, at);
  return packet;
}

/** The mark that fills a payload; null for music and the like. */
function markIn(packet: Buffer): number | null {
  if (packet.length < headerBytes + 8 || (packet.readUInt8(1) & 0x7f) !== pcmu) return null;
  const mark = packet.readUInt32BE(headerBytes);
  for (let at = headerBytes; at + 4 <= packet.length; at += 4) if (packet.readUInt32BE(at) !== mark) return null;
  return mark;
}
