internal import GRDB

/// The schema, as the ordered list of changes that made it. A change that was released is never edited: the next one
/// follows it.
///
/// Columns shared by several tables:
/// - a path is a folder (by number) and a name; the first `root_length` bytes of the folder are the root it was
///   reached through. Paths are bytes.
/// - texts that repeat (inboxes, labels, models, people) are numbers of `word`.
/// - times are nanoseconds since 1970; states and outcomes are the outward interface's words.
enum LedgerMigrations {
  static let all: DatabaseMigrator = {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1: pictures, moves, history") { try $0.execute(sql: pictures) }
    migrator.registerMigration("2: runs, jobs, folders made, settings") { try $0.execute(sql: work) }
    migrator.registerMigration("3: placeholders") {
      try $0.execute(sql: "ALTER TABLE intent ADD COLUMN placeholder INTEGER NOT NULL DEFAULT 0")
    }
    migrator.registerMigration("4: what people say") { try $0.execute(sql: people) }
    migrator.registerMigration("5: pictures drawn to be looked at") { try $0.execute(sql: sampled) }
    migrator.registerMigration("6: companions") { try $0.execute(sql: companions) }
    migrator.registerMigration("7: what shadow mode would do") { try $0.execute(sql: plans) }
    migrator.registerMigration("8: what hooks are to be told") { try $0.execute(sql: outbox) }
    migrator.registerMigration("9: other ways of placing") { try $0.execute(sql: actions) }
    return migrator
  }()

  private static let pictures = """
    CREATE TABLE word (
      id INTEGER PRIMARY KEY,
      text TEXT NOT NULL UNIQUE
    ) STRICT;

    -- Absolute paths.
    CREATE TABLE folder (
      id INTEGER PRIMARY KEY,
      path BLOB NOT NULL UNIQUE
    ) STRICT;

    -- Each picture once, as it is now. AUTOINCREMENT: no number is ever given twice.
    CREATE TABLE picture (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      inbox INTEGER NOT NULL REFERENCES word,
      folder INTEGER NOT NULL REFERENCES folder,
      name BLOB NOT NULL,
      root_length INTEGER NOT NULL,
      state TEXT NOT NULL,
      -- 0 until it has history: it counts in no state.
      decided INTEGER NOT NULL DEFAULT 0,
      -- 1 when it is to be taken anew (rescan --again).
      released INTEGER NOT NULL DEFAULT 0,
      -- 1 when its file is no longer there or another one took its path.
      gone INTEGER NOT NULL DEFAULT 0,
      time INTEGER NOT NULL,
      model INTEGER REFERENCES word,
      model_version INTEGER,
      reason TEXT NOT NULL,
      -- See StoredFingerprint.
      fingerprint BLOB NOT NULL,
      digest BLOB,
      byte_count INTEGER,
      format TEXT,
      width INTEGER,
      height INTEGER,
      perceptual_hash INTEGER,
      capture_time INTEGER,
      camera TEXT,
      -- Of the decoded bytes, where that is not `digest`.
      facts_digest BLOB,
      -- The best ten classes. See StoredScores.
      top BLOB
    ) STRICT;
    CREATE INDEX picture_by_path ON picture (folder, name) WHERE gone = 0;
    CREATE INDEX picture_by_digest ON picture (substr(digest, 1, 8)) WHERE gone = 0 AND digest IS NOT NULL;
    CREATE INDEX picture_by_state ON picture (state) WHERE gone = 0 AND decided = 1;

    -- How many pictures are in each state: kept by the triggers, so that asking costs nothing.
    CREATE TABLE tally (
      inbox INTEGER NOT NULL REFERENCES word,
      state TEXT NOT NULL,
      count INTEGER NOT NULL,
      PRIMARY KEY (inbox, state)
    ) STRICT, WITHOUT ROWID;
    CREATE TRIGGER picture_inserted AFTER INSERT ON picture WHEN NEW.decided AND NOT NEW.gone BEGIN
      INSERT INTO tally VALUES (NEW.inbox, NEW.state, 1) ON CONFLICT DO UPDATE SET count = count + 1;
    END;
    CREATE TRIGGER picture_deleted AFTER DELETE ON picture WHEN OLD.decided AND NOT OLD.gone BEGIN
      UPDATE tally SET count = count - 1 WHERE inbox = OLD.inbox AND state = OLD.state;
    END;
    CREATE TRIGGER picture_updated AFTER UPDATE OF inbox, state, decided, gone ON picture
    WHEN NEW.inbox <> OLD.inbox OR NEW.state <> OLD.state OR NEW.decided <> OLD.decided OR NEW.gone <> OLD.gone BEGIN
      UPDATE tally SET count = count - 1
        WHERE inbox = OLD.inbox AND state = OLD.state AND OLD.decided AND NOT OLD.gone;
      INSERT INTO tally SELECT NEW.inbox, NEW.state, 1 WHERE NEW.decided AND NOT NEW.gone
        ON CONFLICT DO UPDATE SET count = count + 1;
    END;

    -- Moves about to happen; a row goes when its outcome comes.
    CREATE TABLE intent (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      picture INTEGER NOT NULL REFERENCES picture,
      run INTEGER NOT NULL,
      source_root BLOB NOT NULL,
      source_path BLOB NOT NULL,
      destination_root BLOB NOT NULL,
      destination_path BLOB NOT NULL,
      fingerprint BLOB NOT NULL,
      digest BLOB,
      outcome TEXT NOT NULL,
      reason TEXT NOT NULL,
      begun INTEGER NOT NULL,
      asked_by INTEGER NOT NULL REFERENCES word,
      undoes INTEGER,
      numbers_taken_names INTEGER NOT NULL,
      temporary_name BLOB,
      copied BLOB,
      retired_name BLOB
    ) STRICT;

    -- What happened, never changed but for `undone_by`.
    CREATE TABLE history (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      picture INTEGER NOT NULL REFERENCES picture,
      run INTEGER NOT NULL,
      inbox INTEGER NOT NULL REFERENCES word,
      time INTEGER NOT NULL,
      outcome TEXT NOT NULL,
      -- 1 when Winnow moved the file.
      moved INTEGER NOT NULL,
      undoes INTEGER,
      undone_by INTEGER,
      from_folder INTEGER NOT NULL REFERENCES folder,
      from_name BLOB NOT NULL,
      from_root_length INTEGER NOT NULL,
      to_folder INTEGER REFERENCES folder,
      to_name BLOB,
      to_root_length INTEGER,
      reason TEXT NOT NULL,
      class INTEGER REFERENCES word,
      probability REAL,
      model INTEGER REFERENCES word,
      model_version INTEGER,
      digest BLOB,
      asked_by INTEGER NOT NULL REFERENCES word
    ) STRICT;
    CREATE INDEX history_by_picture ON history (picture);
    CREATE INDEX history_by_time ON history (time);
    CREATE INDEX history_by_inbox ON history (inbox, time);
    CREATE INDEX history_by_run ON history (run, time);
    CREATE INDEX history_by_source ON history (from_folder, from_name);
    CREATE INDEX history_by_destination ON history (to_folder, to_name) WHERE to_folder IS NOT NULL;
    """

  private static let people = """
    -- The class that a person gave, when, and who did; all NULL where none did.
    ALTER TABLE picture ADD COLUMN label INTEGER REFERENCES word;
    ALTER TABLE picture ADD COLUMN labelled INTEGER;
    ALTER TABLE picture ADD COLUMN labelled_by INTEGER REFERENCES word;
    -- 1 when it is to stay in review and is not asked about again.
    ALTER TABLE picture ADD COLUMN skipped INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE history ADD COLUMN label INTEGER REFERENCES word;
    ALTER TABLE intent ADD COLUMN label INTEGER REFERENCES word;
    CREATE INDEX picture_by_label ON picture (id) WHERE label IS NOT NULL AND gone = 0;
    -- By inode and by size, as they stand in the fingerprint.
    CREATE INDEX picture_by_inode ON picture (substr(fingerprint, 1, 8)) WHERE decided = 1;
    CREATE INDEX picture_by_size ON picture (substr(fingerprint, 17, 8)) WHERE gone = 0 AND decided = 1;

    -- What people call a class of the model in an inbox: they renamed its folder.
    CREATE TABLE class_name (
      inbox INTEGER NOT NULL REFERENCES word,
      label INTEGER NOT NULL REFERENCES word,
      name INTEGER NOT NULL REFERENCES word,
      PRIMARY KEY (inbox, label)
    ) STRICT, WITHOUT ROWID;
    """

  private static let sampled = """
    -- Drawn at random from what a version sorted by itself. What people said of one stands with the picture.
    CREATE TABLE sampled (
      picture INTEGER PRIMARY KEY REFERENCES picture ON DELETE CASCADE,
      model INTEGER NOT NULL REFERENCES word,
      model_version INTEGER NOT NULL,
      drawn INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX sampled_by_model ON sampled (model, model_version);
    """

  private static let companions = """
    -- The picture that a companion goes with. No reference: it may be forgotten before its companion is.
    ALTER TABLE picture ADD COLUMN companion_of INTEGER;
    CREATE INDEX picture_by_companion ON picture (companion_of) WHERE companion_of IS NOT NULL;
    -- The intent of the picture that a companion moves with.
    ALTER TABLE intent ADD COLUMN lead INTEGER;

    -- A companion counts only while it waits by itself for a fault to pass.
    DROP TRIGGER picture_inserted;
    DROP TRIGGER picture_deleted;
    DROP TRIGGER picture_updated;
    CREATE TRIGGER picture_inserted AFTER INSERT ON picture
    WHEN NEW.decided AND NOT NEW.gone AND (NEW.companion_of IS NULL OR NEW.state = 'failed') BEGIN
      INSERT INTO tally VALUES (NEW.inbox, NEW.state, 1) ON CONFLICT DO UPDATE SET count = count + 1;
    END;
    CREATE TRIGGER picture_deleted AFTER DELETE ON picture
    WHEN OLD.decided AND NOT OLD.gone AND (OLD.companion_of IS NULL OR OLD.state = 'failed') BEGIN
      UPDATE tally SET count = count - 1 WHERE inbox = OLD.inbox AND state = OLD.state;
    END;
    CREATE TRIGGER picture_updated AFTER UPDATE OF inbox, state, decided, gone, companion_of ON picture
    WHEN NEW.inbox <> OLD.inbox OR NEW.state <> OLD.state OR NEW.decided <> OLD.decided OR NEW.gone <> OLD.gone
      OR NEW.companion_of IS NOT OLD.companion_of BEGIN
      UPDATE tally SET count = count - 1
        WHERE inbox = OLD.inbox AND state = OLD.state AND OLD.decided AND NOT OLD.gone
          AND (OLD.companion_of IS NULL OR OLD.state = 'failed');
      INSERT INTO tally SELECT NEW.inbox, NEW.state, 1 WHERE NEW.decided AND NOT NEW.gone
        AND (NEW.companion_of IS NULL OR NEW.state = 'failed')
        ON CONFLICT DO UPDATE SET count = count + 1;
    END;
    """

  private static let plans = """
    -- Where a picture would have gone, and whether it changed since that was first decided.
    CREATE TABLE shadow_plan (
      picture INTEGER PRIMARY KEY REFERENCES picture ON DELETE CASCADE,
      inbox INTEGER NOT NULL REFERENCES word,
      root BLOB NOT NULL,
      path BLOB NOT NULL,
      outcome TEXT NOT NULL,
      reason TEXT NOT NULL,
      revised INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX shadow_plan_by_inbox ON shadow_plan (inbox);
    """

  private static let outbox = """
    -- Events that are still to be delivered: a row for each target and row of history, gone once it was. `history` is
    -- the event's number. Pruning keeps what it names; a reference would need an index of its own.
    CREATE TABLE outbox (
      target TEXT NOT NULL,
      -- 1 when this event alone was refused and the ones behind it went past.
      aside INTEGER NOT NULL DEFAULT 0,
      inbox INTEGER NOT NULL REFERENCES word,
      history INTEGER NOT NULL,
      PRIMARY KEY (target, aside, inbox, history)
    ) STRICT, WITHOUT ROWID;

    -- How many there are: kept by the triggers, so that asking costs nothing however long a target is away.
    CREATE TABLE outbox_tally (
      target TEXT NOT NULL,
      aside INTEGER NOT NULL,
      count INTEGER NOT NULL,
      PRIMARY KEY (target, aside)
    ) STRICT, WITHOUT ROWID;
    CREATE TRIGGER outbox_inserted AFTER INSERT ON outbox BEGIN
      INSERT INTO outbox_tally VALUES (NEW.target, NEW.aside, 1) ON CONFLICT DO UPDATE SET count = count + 1;
    END;
    CREATE TRIGGER outbox_deleted AFTER DELETE ON outbox BEGIN
      UPDATE outbox_tally SET count = count - 1 WHERE target = OLD.target AND aside = OLD.aside;
    END;
    """

  private static let actions = """
    -- NULL for a move.
    ALTER TABLE intent ADD COLUMN action TEXT;
    ALTER TABLE intent ADD COLUMN twin INTEGER;
    ALTER TABLE intent ADD COLUMN original BLOB;
    ALTER TABLE history ADD COLUMN action TEXT;
    -- What a file is given, and what it had before. See StoredRights.
    ALTER TABLE intent ADD COLUMN rights BLOB;
    ALTER TABLE intent ADD COLUMN rights_before BLOB;
    ALTER TABLE history ADD COLUMN rights_before BLOB;
    """

  private static let work = """
    CREATE TABLE run (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      kind TEXT NOT NULL,
      asked_by INTEGER NOT NULL REFERENCES word,
      detail TEXT NOT NULL,
      started INTEGER NOT NULL,
      finished INTEGER
    ) STRICT;

    CREATE TABLE job (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      kind TEXT NOT NULL,
      spec TEXT NOT NULL,
      state TEXT NOT NULL,
      progress REAL NOT NULL,
      text TEXT NOT NULL,
      result TEXT,
      error TEXT,
      created INTEGER NOT NULL,
      started INTEGER,
      finished INTEGER,
      asked_by INTEGER NOT NULL REFERENCES word,
      -- The last of what it printed.
      log BLOB NOT NULL DEFAULT x''
    ) STRICT;

    -- Folders that Winnow made, to be removed again once an undo empties them. Absolute paths.
    CREATE TABLE made_folder (
      path BLOB PRIMARY KEY NOT NULL,
      root_length INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE setting (
      key TEXT PRIMARY KEY NOT NULL,
      value BLOB NOT NULL
    ) STRICT, WITHOUT ROWID;
    """
}
