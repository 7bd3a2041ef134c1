/** One numbered step of the schema. Once released its SQL never changes: its checksum is kept with the number. */
export type Migration = { readonly number: number; readonly name: string; readonly sql: string };

/** The schema of `directory.db`, in order. It is in a .ts file so that the compiler carries it into the build. */
export const MIGRATIONS: readonly Migration[] = [
  {
    number: 1,
    name: 'users, phones, groups, members, audit',
    sql: `
      -- One row: the revision counts every change that the engine must know.
      CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

      -- Users and groups share one space of numbers.
      CREATE TABLE extensions (
        number TEXT PRIMARY KEY,
        kind TEXT NOT NULL CHECK (kind IN ('user', 'group')),
        owner TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE users (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        extension TEXT UNIQUE,
        revision INTEGER NOT NULL,
        created_at INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX users_by_revision ON users (revision);

      -- ha1 is md5(id:realm:password): the password itself is kept nowhere.
      -- applied is the hash of what Asterisk was last given; null when it has not got it.
      CREATE TABLE phones (
        id TEXT PRIMARY KEY,
        user TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
        transport TEXT NOT NULL,
        codecs TEXT NOT NULL,
        ha1 TEXT NOT NULL,
        applied TEXT,
        failure TEXT
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX phones_by_user ON phones (user);

      -- Endpoints that nobody owns any more, until Asterisk has confirmed their removal.
      CREATE TABLE removed_phones (id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;

      -- Throw-away endpoints of simulated callers.
      CREATE TABLE trial_phones (id TEXT PRIMARY KEY, created_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;

      CREATE TABLE groups (
        id TEXT PRIMARY KEY,
        extension TEXT NOT NULL UNIQUE,
        strategy TEXT NOT NULL,
        on_miss TEXT NOT NULL,
        when_nobody TEXT NOT NULL,
        ring_ms INTEGER NOT NULL,
        unreachable_after_ms INTEGER NOT NULL,
        max_wait_ms INTEGER NOT NULL,
        wrap_up_ms INTEGER NOT NULL,
        back_off_ms INTEGER NOT NULL,
        max_ringing INTEGER NOT NULL,
        target_ms INTEGER NOT NULL,
        overflow TEXT NOT NULL,
        revision INTEGER NOT NULL,
        created_at INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX groups_by_revision ON groups (revision);

      -- The key on the user alone says: a user is in at most one group.
      CREATE TABLE members (
        user TEXT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
        group_id TEXT NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
        position INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX members_by_group ON members (group_id, position);

      -- What the dialplan rings when the daemon is absent, as Asterisk was last given it.
      CREATE TABLE fallbacks (extension TEXT PRIMARY KEY, dial TEXT NOT NULL) STRICT, WITHOUT ROWID;

      CREATE TABLE audit (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        at INTEGER NOT NULL,
        who TEXT NOT NULL,
        action TEXT NOT NULL,
        subject TEXT NOT NULL,
        before TEXT,
        after TEXT
      ) STRICT;
      CREATE INDEX audit_by_subject ON audit (subject, id);
    `,
  },
];
