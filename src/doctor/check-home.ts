import { some } from './check-asterisk.ts';
import type { Evidence } from './evidence.ts';
import { type Finding, unchecked, warning, well, wrong } from './finding.ts';

const MiB = 1024 * 1024;

/** `daemon`: whether it runs, and what it says of itself. */
export function checkDaemon({ daemon, config }: Evidence): readonly Finding[] {
  const expected = 'a daemon that takes calls';
  if ('unseen' in daemon) {
    return [warning('daemon', `none on ${config.socket} (${daemon.unseen})`, expected, 'cordboard serve')];
  }
  const { engine, pid } = daemon.seen;
  if (engine === null) {
    return [
      wrong('daemon', `process ${pid} runs, its engine does not answer`, expected, 'look into its log; restart it'),
    ];
  }
  const findings: Finding[] = [];
  if (engine.heldMs !== null) {
    const found = `the database has refused a batch for ${(engine.heldMs / 1_000).toFixed(1)} s: nothing is decided`;
    findings.push(
      wrong('daemon', found, expected, 'free the disk, or make the file system writable; it goes on by itself'),
    );
  }
  if (engine.pbx === 'down') {
    findings.push(
      wrong('daemon', 'its connection to ARI is down', expected, 'see the findings on Asterisk; it tries for ever'),
    );
  }
  if (engine.ami === 'down') {
    findings.push(
      warning(
        'daemon',
        'its connection to AMI is down: registrations are not followed',
        expected,
        'see manager.conf and the log',
      ),
    );
  }
  if (engine.draining) {
    findings.push(
      warning('daemon', 'it is draining: no new calls', expected, 'cordboard drain --cancel takes it back'),
    );
  }
  if (engine.loopLagMs.p99 > 100) {
    const found = `its loop lags: p99 ${engine.loopLagMs.p99} ms`;
    findings.push(warning('daemon', found, expected, 'give it a processor: nice, a quieter machine, fewer calls'));
  }
  if (engine.turnedAway > 0) {
    const found = `${engine.turnedAway} callers were handed to the fallback since its start`;
    findings.push(warning('daemon', found, expected, 'cordboard events shows call-turned-away with why'));
  }
  if (engine.repairs > 0) {
    const found = `${engine.repairs} repairs since its start: something was missed and put right`;
    findings.push(warning('daemon', found, expected, 'cordboard events shows what was repaired; report it as a bug'));
  }
  return findings.length > 0 ? findings : [well('daemon', `process ${pid}, epoch ${engine.epoch}`, expected)];
}

/** `phones`: Asterisk's endpoints against the directory. */
export function checkPhones({ drift, directory }: Evidence): readonly Finding[] {
  const expected = 'in Asterisk exactly the phones of the directory';
  if ('unseen' in drift) return [unchecked('phones', drift.unseen, expected)];
  if ('unseen' in directory) return [unchecked('phones', directory.unseen, expected)];
  const { missing, different } = drift.seen;
  const passing = new Set(directory.seen.passing);
  const strangers = drift.seen.strangers.filter((id) => !passing.has(id));
  const again = 'restart the daemon: it gives Asterisk what it lacks; cordboard user show NAME says why one is refused';
  const findings: Finding[] = [];
  if (missing.length > 0) findings.push(wrong('phones', `missing in Asterisk: ${some(missing)}`, expected, again));
  const anew =
    'cordboard user set NAME with any change gives it anew; was it changed by hand, or by another directory?';
  for (const { id, attributes } of different.slice(0, 10)) {
    findings.push(warning('phones', `${id} differs in ${attributes.join(', ')}`, expected, anew));
  }
  if (different.length > 10) {
    findings.push(warning('phones', `${different.length - 10} more phones differ`, expected, anew));
  }
  if (strangers.length > 0) {
    const found = `nobody in the directory has ${some(strangers)}, but these can register`;
    const todo =
      'after a restore: add the users again, or delete the objects over ARI; or do two directories share it?';
    findings.push(warning('phones', found, expected, todo));
  }
  return findings.length > 0 ? findings : [well('phones', `${directory.seen.phones.length} phones`, expected)];
}

/** What to do about what is missing or old in AstDB. */
export const todoStale =
  'cordboard phone check, with the daemon running, writes it again; while it is down, the dialplan goes by what is there';

/** What AstDB lacks of what it should have, or has otherwise. */
export function staleOf(seen: ReadonlyMap<string, string>, wanted: ReadonlyMap<string, string>): readonly string[] {
  return [...wanted.keys()].filter((key) => seen.get(key) !== wanted.get(key));
}

/** `fallback`: what Asterisk rings without us against what the groups say. */
export function checkFallback({ fallbackLists, directory }: Evidence): readonly Finding[] {
  const expected = "the fallback's lists as the groups and users are";
  if ('unseen' in fallbackLists) return [unchecked('fallback', fallbackLists.unseen, expected)];
  if ('unseen' in directory) return [unchecked('fallback', directory.unseen, expected)];
  const wanted = directory.seen.fallbacks;
  const isEmergency = (key: string): boolean => key.startsWith('emergency/');
  const stale = staleOf(fallbackLists.seen, wanted).filter((key) => !isEmergency(key));
  const extra = [...fallbackLists.seen.keys()].filter((extension) => !wanted.has(extension));
  const findings = [
    ...(stale.length > 0 ? [wrong('fallback', `missing or old for ${some(stale)}`, expected, todoStale)] : []),
    ...(extra.length > 0
      ? [warning('fallback', `there are lists for ${some(extra)}, which nobody has`, expected, todoOf(extra))]
      : []),
  ];
  return findings.length > 0
    ? findings
    : [well('fallback', `${[...wanted.keys()].filter((key) => !isEmergency(key)).length} lists`, expected)];
}

function todoOf(extra: readonly string[]): string {
  return `asterisk -rx "database del cordboard/fallback ${extra[0]}"`;
}

/** `databases`: every page, key and migration. */
export function checkDatabases({ databases }: Evidence): readonly Finding[] {
  const expected = 'whole databases';
  return databases.map(({ file, problems, migrations }) => {
    if (problems.length === 0) return well('databases', `${file}: whole, ${migrations} migrations`, expected);
    const found = `${file}: ${problems.slice(0, 3).join('; ')}`;
    if (problems[0] === 'the file is missing') {
      return warning(
        'databases',
        found,
        expected,
        'cordboard serve makes it; if it was there before: cordboard db restore',
      );
    }
    return wrong(
      'databases',
      found,
      expected,
      'stop the daemon, cordboard db restore the newest backup, keep the old files',
    );
  });
}

/** `disk`: a full one holds every decision. */
export function checkDisk({ disk, config }: Evidence): readonly Finding[] {
  const expected = `1 GiB free or more where ${config.home} lies`;
  if ('unseen' in disk) return [unchecked('disk', disk.unseen, expected)];
  const free = Math.floor(disk.seen.freeBytes / MiB);
  const found = `${free} MiB free of ${Math.floor(disk.seen.totalBytes / MiB)}`;
  const todo = 'free it: old copies in backups/, logs; journal.keep-days in cordboard.yaml';
  if (free < 100) return [wrong('disk', found, expected, todo)];
  if (free < 1024) return [warning('disk', found, expected, todo)];
  return [well('disk', found, expected)];
}

/** `secrets`: who can read them owns Asterisk. */
export function checkSecrets({ secrets }: Evidence): readonly Finding[] {
  const expected = 'secret files that only their owner can read (0600)';
  const findings = secrets.flatMap(({ file, mode }) => {
    if (mode === null)
      return [wrong('secrets', `${file} is missing`, expected, 'cordboard init makes it; tell Asterisk too')];
    if ((mode & 0o077) === 0) return [];
    return [wrong('secrets', `${file} has mode 0${mode.toString(8)}`, expected, `chmod 600 ${file}`)];
  });
  return findings.length > 0 ? findings : [well('secrets', secrets.map(({ file }) => file).join(', '), expected)];
}
