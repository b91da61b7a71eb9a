-- A ledger as the second form of it was, with something in every table.
PRAGMA application_id = 1397512016;
PRAGMA user_version = 2;
CREATE TABLE versions (
  model        TEXT NOT NULL,
  version      TEXT NOT NULL,
  digest       TEXT NOT NULL CHECK (length(digest) = 64),
  files        INTEGER NOT NULL,
  bytes        INTEGER NOT NULL,
  state        TEXT NOT NULL CHECK (state IN ('stored', 'collected', 'damaged')),
  published_ns INTEGER NOT NULL,
  published_by TEXT NOT NULL,
  PRIMARY KEY (model, version)
) STRICT, WITHOUT ROWID;
CREATE TABLE labels (
  model   TEXT NOT NULL,
  name    TEXT NOT NULL,
  version TEXT NOT NULL,
  PRIMARY KEY (model, name),
  FOREIGN KEY (model, version) REFERENCES versions
) STRICT, WITHOUT ROWID;
CREATE TABLE decisions (
  id             INTEGER PRIMARY KEY,
  at_ns          INTEGER NOT NULL,
  who            TEXT NOT NULL,
  action         TEXT NOT NULL,
  model          TEXT NOT NULL,
  label          TEXT NOT NULL,
  from_version   TEXT NOT NULL,
  to_version     TEXT NOT NULL,
  why            TEXT NOT NULL,
  outcome        TEXT NOT NULL CHECK (outcome IN ('done', 'failed')),
  details        TEXT NOT NULL,
  allow_breaking INTEGER NOT NULL CHECK (allow_breaking IN (0, 1))
) STRICT;
ALTER TABLE labels ADD COLUMN share REAL CHECK (share BETWEEN 0 AND 1);
ALTER TABLE labels ADD COLUMN sticky_header TEXT;
ALTER TABLE labels ADD COLUMN max_errors REAL CHECK (max_errors BETWEEN 0 AND 1);
ALTER TABLE labels ADD COLUMN max_latency_ns INTEGER;
ALTER TABLE labels ADD COLUMN window_ns INTEGER;
ALTER TABLE labels ADD COLUMN absolute_tolerance REAL;
ALTER TABLE labels ADD COLUMN relative_tolerance REAL;
ALTER TABLE versions ADD COLUMN deprecated_after TEXT;
ALTER TABLE versions ADD COLUMN successor TEXT;
ALTER TABLE versions ADD COLUMN mentioned_ns INTEGER NOT NULL DEFAULT 0;
INSERT INTO versions VALUES
  ('churn', '1.0.0', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 3, 100, 'stored', 1000, 'ada',
   '2027-06-01', '1.1.0', 2500),
  ('churn', '1.1.0', 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', 4, 200, 'stored', 2000, 'ada',
   NULL, NULL, 2500);
INSERT INTO labels VALUES
  ('churn', 'stable', '1.0.0', NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  ('churn', 'shadow', '1.1.0', 0.5, '', NULL, NULL, 0, 0.5, 0.25);
INSERT INTO decisions VALUES
  (1, 2500, 'ada', 'shadow', 'churn', 'shadow', '1.0.0', '1.1.0', 'a try', 'done', '', 0);
