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
  {
    number: 2,
    name: 'queues, members with weights, skills, reasons',
    sql: `
      -- Numbers may belong to queues too: which kinds there are is the program's to say.
      CREATE TABLE numbers (number TEXT PRIMARY KEY, kind TEXT NOT NULL, owner TEXT NOT NULL) STRICT, WITHOUT ROWID;
      INSERT INTO numbers SELECT number, kind, owner FROM extensions;
      DROP TABLE extensions;
      ALTER TABLE numbers RENAME TO extensions;

      -- Where calls wait: a group's own queue has the group's id, a standalone one has one of the same space of names.
      -- settings is JSON: what a row of an older version lacks has the built-in default, and a new setting needs no migration.
      CREATE TABLE queues (
        id TEXT PRIMARY KEY,
        kind TEXT NOT NULL CHECK (kind IN ('group', 'queue')),
        extension TEXT UNIQUE,
        settings TEXT NOT NULL CHECK (json_valid(settings)),
        revision INTEGER NOT NULL,
        created_at INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX queues_by_revision ON queues (revision);
      INSERT INTO queues SELECT id, 'group', extension, json_object(
        'strategy', strategy, 'onMiss', on_miss, 'whenNobody', when_nobody, 'ringMs', ring_ms,
        'unreachableAfterMs', unreachable_after_ms, 'maxWaitMs', max_wait_ms, 'wrapUpMs', wrap_up_ms,
        'backOffMs', back_off_ms, 'maxRinging', max_ringing, 'targetMs', target_ms, 'overflow', overflow),
        revision, created_at FROM groups;

      CREATE TABLE queue_members (
        queue TEXT NOT NULL REFERENCES queues (id) ON DELETE CASCADE,
        user TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
        kind TEXT NOT NULL CHECK (kind IN ('group', 'queue')),
        position INTEGER NOT NULL,
        penalty INTEGER NOT NULL DEFAULT 0,
        weight INTEGER NOT NULL DEFAULT 1,
        wrap_up_ms INTEGER,
        PRIMARY KEY (queue, user)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX queue_members_by_user ON queue_members (user);
      -- A user is in at most one group.
      CREATE UNIQUE INDEX one_group_a_user ON queue_members (user) WHERE kind = 'group';
      INSERT INTO queue_members (queue, user, kind, position)
        SELECT group_id, user, 'group', position FROM members;
      DROP TABLE members;
      DROP TABLE groups;

      CREATE TABLE skills (
        user TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
        skill TEXT NOT NULL,
        level INTEGER NOT NULL CHECK (level BETWEEN 1 AND 10),
        PRIMARY KEY (user, skill)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX skills_by_name ON skills (skill);

      -- Why an agent can be not ready. limit_ms is how long at most; null is without a limit.
      CREATE TABLE reasons (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        limit_ms INTEGER,
        position INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
    `,
  },
  {
    number: 3,
    name: 'several phones a user, each with its own settings',
    sql: `
      -- Null is the user's first phone, whose id is the extension; else the id is extension-label.
      ALTER TABLE phones ADD COLUMN label TEXT;
      ALTER TABLE phones ADD COLUMN nat TEXT NOT NULL DEFAULT 'yes';
      ALTER TABLE phones ADD COLUMN context TEXT NOT NULL DEFAULT 'from-sip';
      ALTER TABLE phones ADD COLUMN call_groups TEXT NOT NULL DEFAULT '[]';
      ALTER TABLE phones ADD COLUMN pickup_groups TEXT NOT NULL DEFAULT '[]';
      -- Null: the user's name and extension.
      ALTER TABLE phones ADD COLUMN caller_name TEXT;
      ALTER TABLE phones ADD COLUMN caller_number TEXT;
      -- What was last found otherwise in Asterisk, as JSON; null when nothing ever was.
      ALTER TABLE phones ADD COLUMN drift TEXT;
      CREATE UNIQUE INDEX phones_by_label ON phones (user, coalesce(label, ''));
    `,
  },
  {
    number: 4,
    name: 'trunks, routes, rights, sites',
    sql: `
      -- Each has a name and its settings as JSON. Of a trunk also: the hash of what Asterisk was given, or why it was not.
      CREATE TABLE trunks (id TEXT PRIMARY KEY, body TEXT NOT NULL, applied TEXT, failure TEXT) STRICT, WITHOUT ROWID;
      CREATE TABLE removed_trunks (id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
      CREATE TABLE routes (id TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT, WITHOUT ROWID;
      -- id is user:NAME or group:NAME.
      CREATE TABLE rights (id TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT, WITHOUT ROWID;
      CREATE TABLE sites (id TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT, WITHOUT ROWID;
    `,
  },
  {
    number: 5,
    name: 'message waiting lamps',
    sql: `
      -- JSON; null is the mailbox of the extension.
      ALTER TABLE phones ADD COLUMN mailboxes TEXT;
      -- How many messages wait for an extension, as another system has said.
      CREATE TABLE mailboxes (
        number TEXT PRIMARY KEY,
        new_count INTEGER NOT NULL,
        old_count INTEGER NOT NULL,
        changed_at INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
    `,
  },
  {
    number: 6,
    name: 'phones that answer by themselves',
    sql: "ALTER TABLE phones ADD COLUMN auto_answer TEXT NOT NULL DEFAULT 'no';",
  },
  {
    number: 7,
    name: 'changes that put another one back',
    sql: `
      -- The entry that this one put back; null for every other change.
      ALTER TABLE audit ADD COLUMN undoes INTEGER;
      CREATE INDEX audit_by_undone ON audit (undoes) WHERE undoes IS NOT NULL;
    `,
  },
  {
    number: 8,
    name: 'forwards that are followed',
    sql: "ALTER TABLE users ADD COLUMN forwards TEXT NOT NULL DEFAULT 'refuse';",
  },
  {
    number: 9,
    name: 'no users at a site who were removed',
    sql: `
      UPDATE sites SET body = json_set(body, '$.users', (
        SELECT json_group_array(value ORDER BY key) FROM json_each(body, '$.users') WHERE value IN (SELECT id FROM users)));
    `,
  },
  {
    number: 10,
    name: 'the last place of a queue is found without reading its members',
    sql: `
      CREATE INDEX queue_members_by_position ON queue_members (queue, position);
    `,
  },
  {
    number: 11,
    name: 'entries of the audit that are one change',
    sql: `
      -- The revision that the change made: entries of one change have the same. Null for older entries and for what the daemon found.
      ALTER TABLE audit ADD COLUMN revision INTEGER;
    `,
  },
  {
    number: 12,
    name: 'what changed by name, so that a list reads nothing else',
    sql: 'ALTER TABLE audit ADD COLUMN fields TEXT;',
  },
];
