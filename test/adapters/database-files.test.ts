import { readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { buildProgram } from '../../src/cli/program.ts';
import { addUser } from '../../src/directory/users.ts';
import { backUp } from '../../src/storage/backup.ts';
import { checkDatabase, DATABASES } from '../../src/storage/check.ts';
import { openDirectoryDb } from '../../src/storage/directory/database.ts';
import { createStore } from '../../src/storage/directory/store.ts';
import { takeFreeHome } from '../../src/storage/home-lock.ts';
import { type LiveStore, openLiveStore } from '../../src/storage/live/store.ts';
import { restore } from '../../src/storage/restore.ts';
import { type LabDirectory, newUser, openLabDirectory } from '../lab/directory.ts';
import { makeScratch, removeScratch } from '../lab/scratch.ts';

let lab: LabDirectory;
let live: LiveStore;
let elsewhere: string;
let facts = 0;

beforeEach(() => {
  lab = openLabDirectory();
  live = openLiveStore(lab.paths.liveDb, lab.paths.backups);
  live.own('aaaa', process.pid);
  elsewhere = makeScratch('backup');
  facts = 0;
});
afterEach(() => {
  live.close();
  lab.close();
  removeScratch(elsewhere);
});

/** One commit as the engine makes them. */
function commit(): void {
  facts += 1;
  live.commit({
    rows: [{ kind: 'meta', id: 'meta', body: { nextFact: facts + 1 } }],
    steps: [
      { at: facts, event: { type: 'tick' }, commands: [], facts: [{ type: 'pbx-connected', seq: facts, at: facts }] },
    ],
    callers: [],
  });
}

/** How many facts a copy of live.db holds, and the number that its row would give the next one. */
function factsIn(directory: string): readonly [count: number, next: number] {
  const db = new Sqlite(join(directory, 'live.db'), { readonly: true });
  const { count } = db.prepare<[], { count: number }>('SELECT count(*) AS count FROM facts').get() ?? { count: -1 };
  const { body } = db.prepare<[], { body: string }>('SELECT body FROM meta').get() ?? { body: '{}' };
  db.close();
  return [count, (JSON.parse(body) as { nextFact: number }).nextFact];
}

const usersIn = (home: string): readonly string[] => {
  const db = new Sqlite(join(home, 'directory.db'), { readonly: true });
  const ids = db.prepare<[], { id: string }>('SELECT id FROM users ORDER BY id').all();
  db.close();
  return ids.map(({ id }) => id);
};

describe('backup', () => {
  test('given_an_engine_that_commits_all_the_time_when_backed_up_then_the_copy_is_of_one_moment_and_it_ends', async () => {
    addUser(lab.context, newUser('anna', '1001'), 'test');
    for (let n = 0; n < 10_000; n += 1) commit();
    let writing = true;
    const stopped = new Promise<void>((resolve) => {
      const write = (): void => {
        commit();
        if (writing) setImmediate(write);
        else resolve();
      };
      write();
    });
    const directory = join(elsewhere, 'one');
    const manifest = await backUp(lab.home, directory, '9.9.9');
    writing = false;
    await stopped;
    const [count, next] = factsIn(directory);
    expect(count).toBeGreaterThanOrEqual(10_000);
    expect(next).toBe(count + 1);
    expect(usersIn(directory)).toEqual(['anna']);
    expect(manifest).toMatchObject({
      format: 1,
      cordboard: '9.9.9',
      files: [{ name: 'live.db' }, { name: 'directory.db' }],
    });
    expect(JSON.parse(readFileSync(join(directory, 'manifest.json'), 'utf8'))).toEqual(manifest);
    expect(readdirSync(elsewhere)).toEqual(['one']);
    expect(readdirSync(directory).sort()).toEqual(['directory.db', 'live.db', 'manifest.json']);
    const modes = ['', 'live.db', 'directory.db', 'manifest.json'].map(
      (name) => statSync(join(directory, name)).mode & 0o777,
    );
    expect(modes).toEqual([0o700, 0o600, 0o600, 0o600]);
  });

  test('given_a_directory_that_exists_when_backed_up_there_then_it_is_refused_and_left_alone', async () => {
    writeFileSync(join(elsewhere, 'mine'), 'x');
    await expect(backUp(lab.home, elsewhere, '1')).rejects.toThrow('exists already');
    expect(readdirSync(elsewhere)).toEqual(['mine']);
  });
});

describe('restore', () => {
  const backup = () => join(elsewhere, 'backup');

  /** Who was there at the backup, and who came later; then the daemon's handles are closed. */
  async function backedUp(): Promise<void> {
    addUser(lab.context, newUser('anna', '1001'), 'test');
    lab.store.phones.mark('1001', 'given', null);
    commit();
    await backUp(lab.home, backup(), '1');
    addUser(lab.context, newUser('later', '1002'), 'test');
    commit();
    live.close();
    lab.db.close();
  }

  test('given_a_backup_when_restored_then_both_are_as_they_were_and_what_was_there_is_kept_aside', async () => {
    await backedUp();
    const { aside } = restore(lab.home, backup(), 'stamp');
    expect(usersIn(lab.home)).toEqual(['anna']);
    expect(factsIn(lab.home)).toEqual([1, 2]);
    expect(aside).toBe(join(lab.home, 'backups', 'replaced-stamp'));
    expect(usersIn(aside ?? '')).toEqual(['anna', 'later']);
    expect(factsIn(aside ?? '')).toEqual([2, 3]);
  });

  test('given_a_phone_that_asterisk_had_at_the_backup_when_restored_then_it_is_given_to_asterisk_again', async () => {
    await backedUp();
    restore(lab.home, backup(), 'stamp');
    const db = openDirectoryDb(lab.paths.directoryDb, lab.paths.backups);
    expect(createStore(db).phones.find('1001')).toMatchObject({ applied: null });
    db.close();
  });

  test.each([
    [
      'a changed file',
      (dir: string) => writeFileSync(join(dir, 'live.db'), 'x', { flag: 'a' }),
      'its checksum differs',
    ],
    ['a file too few', (dir: string) => rmSync(join(dir, 'directory.db')), 'lacks directory.db'],
    ['no manifest', (dir: string) => rmSync(join(dir, 'manifest.json')), 'is no backup'],
    ['another format', (dir: string) => writeFileSync(join(dir, 'manifest.json'), '{"format":2}'), 'another version'],
  ])('given_%s_when_restored_then_it_is_refused_and_nothing_is_changed', async (_what, spoil, why) => {
    await backedUp();
    spoil(backup());
    expect(() => restore(lab.home, backup(), 'stamp')).toThrow(why);
    expect(usersIn(lab.home)).toEqual(['anna', 'later']);
    expect(readdirSync(lab.home).filter((name) => /restoring|replaced/.test(name))).toEqual([]);
  });

  test('given_a_home_that_a_daemon_has_when_restored_then_it_is_refused_and_the_daemon_is_left_alone', async () => {
    await backedUp();
    const lock = takeFreeHome(lab.home);
    expect(lock).not.toBeNull();
    const program = buildProgram({ CORDBOARD_HOME: lab.home }, () => {});
    await expect(program.parseAsync(['node', 'cordboard', 'db', 'restore', backup()])).rejects.toThrow(
      'a daemon runs in',
    );
    expect(usersIn(lab.home)).toEqual(['anna', 'later']);
    lock?.release();
    await program.parseAsync(['node', 'cordboard', 'db', 'restore', backup()]);
    expect(usersIn(lab.home)).toEqual(['anna']);
  });
});

describe('check', () => {
  const check = (name: 'live.db' | 'directory.db') => {
    const database = DATABASES.find((one) => one.name === name);
    return checkDatabase(join(lab.home, name), database?.migrations ?? []);
  };

  test('given_databases_in_use_when_checked_then_they_are_whole', () => {
    commit();
    expect([check('live.db').problems, check('directory.db').problems]).toEqual([[], []]);
    expect(check('live.db').migrations).toBeGreaterThan(0);
  });

  test('given_a_member_whose_user_is_gone_when_checked_then_the_stray_key_is_told', () => {
    lab.db.pragma('foreign_keys = OFF');
    lab.db.exec("INSERT INTO queue_members (user, queue, kind, position) VALUES ('nobody', 'none', 'group', 1)");
    expect(check('directory.db').problems).toContain('a row of queue_members names a row of users that is not there');
  });

  test('given_an_altered_migration_or_a_newer_one_when_checked_then_it_is_told', () => {
    lab.db.exec("UPDATE migrations SET checksum = 'other'");
    expect(check('directory.db').problems).toEqual([
      'migration 1 is not the one that was applied; the program was altered',
    ]);
    lab.db.exec('DELETE FROM migrations WHERE number > 1; UPDATE migrations SET number = 99');
    expect(check('directory.db').problems[0]).toContain('made by a newer version (migration 99)');
  });

  test('given_a_file_that_lost_its_middle_or_is_none_when_checked_then_it_is_told_and_nothing_is_thrown', () => {
    for (let n = 0; n < 500; n += 1) commit();
    live.close();
    truncateSync(lab.paths.liveDb, 20_480);
    expect(check('live.db').problems.length).toBeGreaterThan(0);
    writeFileSync(lab.paths.liveDb, 'no database at all, but long enough to be looked at'.repeat(200));
    expect(check('live.db').problems).toEqual(['file is not a database']);
    rmSync(lab.paths.liveDb);
    expect(check('live.db').problems).toEqual(['the file is missing']);
  });
});

test('given_the_two_databases_when_opened_then_the_directory_waits_for_the_disk_and_the_live_state_does_not', () => {
  // 2 is FULL. The live store keeps its connection to itself, so its source is read.
  expect(lab.db.pragma('synchronous', { simple: true })).toBe(2);
  expect(lab.db.pragma('journal_mode', { simple: true })).toBe('wal');
  const source = readFileSync(new URL('../../src/storage/live/store.ts', import.meta.url), 'utf8');
  expect(source.match(/synchronous = (\w+)/)?.[1]).toBe('NORMAL');
});
