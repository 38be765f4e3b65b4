-- Refuses a host that no longer has an actor and still writes its state: what is stored says at which version it is,
-- and each write of an actor raises that by one. Without this SQLite takes any write; decisions/0004-fenced-saves.md.
-- May be run at any time, before the first start too, and again:
--     sqlite3 .data/payment.db < components/variants/payment-store-sqlite/fence.sql

PRAGMA journal_mode = WAL;
BEGIN IMMEDIATE;

-- As Dapr's own first migration makes it, which leaves one that is there as it is.
CREATE TABLE IF NOT EXISTS state (
  key TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL,
  is_binary BOOLEAN NOT NULL,
  etag TEXT NOT NULL,
  expiration_time TIMESTAMP DEFAULT NULL,
  update_time TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
);

DROP TRIGGER IF EXISTS actor_fence;
CREATE TRIGGER actor_fence BEFORE INSERT ON state
WHEN NEW.key LIKE '%||%||%||v1'
  AND json_extract(NEW.value, '$.version') - 1 <> (SELECT json_extract(value, '$.version') FROM state WHERE key = NEW.key)
BEGIN
  SELECT RAISE(ABORT, 'stale version of an actor');
END;

COMMIT;
