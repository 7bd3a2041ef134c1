/** What a version of Asterisk is good for. `unknown` is one that says no number, such as a build from git. */
export type VersionVerdict = 'sound' | 'has-holes' | 'too-old' | 'unknown';

/** The first version in which nobody can write over ARI's WebSocket with a read-only account. */
export const soundVersion = '22.10.1';
/** The versions that take REST over the event WebSocket (Asterisk's change log, "ARI: REST over Websocket"). */
export const neededVersions = '22.4, 21.9 or 20.14, or later';

/** Of each line, the first minor version with REST over the WebSocket; lines after these all have it. */
const firstMinor: Readonly<Record<number, number>> = { 20: 14, 21: 9, 22: 4 };
const firstLine = 20;
const lastLine = 22;

/** Judges a version as Asterisk writes it: `22.10.1`, `22.10.1+dfsg…`, `certified-22.8-cert1`. */
export function judgeVersion(text: string): VersionVerdict {
  const [major, minor = 0, patch = 0] = (text.match(/\d+/g) ?? []).slice(0, 3).map(Number);
  if (major === undefined || /^GIT/i.test(text)) return 'unknown';
  if (major < firstLine || minor < (firstMinor[major] ?? 0)) return 'too-old';
  if (major > lastLine) return 'sound';
  const [soundMajor = 0, soundMinor = 0, soundPatch = 0] = soundVersion.split('.').map(Number);
  const later = major - soundMajor || minor - soundMinor || patch - soundPatch;
  return later < 0 ? 'has-holes' : 'sound';
}
