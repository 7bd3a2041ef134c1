// The phone in the page: SIP.js as an agent's browser would have it. Its microphone is a pure tone, so that who hears it can tell.
import { Inviter, Registerer, RegistererState, SessionState, UserAgent, Web } from '/sip.js/index.js';

const audio = new AudioContext();
let agent = null;
let registerer = null;
let session = null;
let analyser = null;
let rang = 0;

/** A tone as a microphone would give it. */
function microphone(hz) {
  const oscillator = new OscillatorNode(audio, { frequency: hz });
  const out = audio.createMediaStreamDestination();
  oscillator.connect(out);
  oscillator.start();
  return out.stream;
}

/** What comes from the other side, where it can be looked at. Chromium lets it flow only while an element plays it. */
function listen(peer) {
  const stream = new MediaStream(peer.getReceivers().map(({ track }) => track));
  const player = new Audio();
  player.muted = true;
  player.srcObject = stream;
  void player.play();
  analyser = new AnalyserNode(audio, { fftSize: 8192 });
  audio.createMediaStreamSource(stream).connect(analyser);
}

function follow(next) {
  session = next;
  session.stateChange.addListener((state) => {
    if (state === SessionState.Established) listen(session.sessionDescriptionHandler.peerConnection);
  });
}

globalThis.softphone = {
  /** Registers; rejects with the status of a refusal. `iceServers` are the ones of the sign-in. */
  async register({ user, password, wsUrl, hz, iceServers }) {
    // The real microphone is opened as well: without its permission Chromium tells nobody its own addresses.
    await navigator.mediaDevices.getUserMedia({ audio: true });
    const host = new URL(wsUrl).hostname;
    agent = new UserAgent({
      uri: UserAgent.makeURI(`sip:${user}@${host}`),
      authorizationUsername: user,
      authorizationPassword: password,
      transportOptions: { server: wsUrl },
      sessionDescriptionHandlerFactory: Web.defaultSessionDescriptionHandlerFactory(async () => microphone(hz)),
      sessionDescriptionHandlerFactoryOptions: {
        iceGatheringTimeout: 500,
        peerConnectionConfiguration: { iceServers },
      },
      sendInitialProvisionalResponse: false,
      logBuiltinEnabled: false,
      delegate: {
        onInvite(invitation) {
          follow(invitation);
          rang += 1;
          void invitation.progress();
        },
      },
    });
    await agent.start();
    registerer = new Registerer(agent);
    await new Promise((resolve, reject) => {
      registerer.stateChange.addListener((state) => state === RegistererState.Registered && resolve());
      const onReject = ({ message }) => reject(new Error(`REGISTER: ${message.statusCode}`));
      registerer.register({ requestDelegate: { onReject } }).catch(reject);
    });
  },
  rang: () => rang,
  answer: () => session.accept(),
  async dial(number) {
    const inviter = new Inviter(agent, UserAgent.makeURI(`sip:${number}@${agent.configuration.uri.host}`));
    follow(inviter);
    await inviter.invite();
  },
  hangUp: () => session.bye(),
  state: () => session?.state ?? 'none',
  /** Which ICE servers the browser was told, and whether media flows. */
  peer() {
    const peer = session.sessionDescriptionHandler.peerConnection;
    return { servers: peer.getConfiguration().iceServers, state: peer.connectionState };
  },
  /** The loudest frequency of what comes in (Hz), and how far it stands out of the rest (dB). */
  hears() {
    if (analyser === null) return { hz: 0, aboveDb: 0 };
    const bins = new Float32Array(analyser.frequencyBinCount);
    analyser.getFloatFrequencyData(bins);
    const place = bins.indexOf(Math.max(...bins));
    const rest = [...bins].filter((db, at) => Math.abs(at - place) > 8 && Number.isFinite(db)).sort((a, b) => a - b);
    const middle = rest[Math.floor(rest.length / 2)] ?? 0;
    return { hz: (place * audio.sampleRate) / analyser.fftSize, aboveDb: bins[place] - middle };
  },
  /** The socket goes with the page; this says so first, as a page does that is closed properly. */
  async leave() {
    await registerer.unregister();
    await agent.stop();
  },
};
