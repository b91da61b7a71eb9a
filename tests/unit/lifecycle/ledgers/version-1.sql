-- A ledger as the first form of it was, with something in every table.
PRAGMA application_id = 1397512016;
PRAGMA user_version = 1;
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
INSERT INTO versions VALUES
  ('churn', '1.0.0', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 3, 100, 'stored', 1000, 'ada'),
  ('churn', '1.1.0', 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', 4, 200, 'stored', 2000, 'ada'),
  ('churn', '1.2.0', 'cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc', 4, 300, 'collected', 3000, 'grace');
INSERT INTO labels VALUES ('churn', 'stable', '1.1.0');
INSERT INTO decisions VALUES
  (1, 1000, 'ada', 'publish', 'churn', '', '', '1.0.0', '', 'done', '', 0),
  (2, 1500, 'ada', 'release', 'churn', 'stable', '', '1.0.0', 'the first', 'done', '3 golden cases', 0),
  (3, 2000, 'ada', 'publish', 'churn', '', '', '1.1.0', '', 'done', '', 0),
  (4, 2500, 'ada', 'release', 'churn', 'stable', '1.0.0', '1.1.0', 'better', 'done', '3 golden cases', 1);
