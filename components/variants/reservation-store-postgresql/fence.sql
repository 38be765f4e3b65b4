-- Refuses a host that no longer has an actor and still writes its state: what is stored says at which version it is,
-- and each write of an actor raises that by one. Without this PostgreSQL takes any write; decisions/0004-fenced-saves.md.
-- May be run at any time, before the first start too, and again, as the user of the connection string:
--     psql "$RESERVATION_POSTGRESQL" -f components/variants/reservation-store-postgresql/fence.sql

BEGIN;

-- As Dapr's own first migration makes it, which leaves one that is there as it is.
CREATE TABLE IF NOT EXISTS state (
  key text NOT NULL PRIMARY KEY,
  value bytea NOT NULL,
  etag uuid NOT NULL DEFAULT gen_random_uuid(),
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  updated_at timestamp with time zone,
  expires_at timestamp with time zone
);

CREATE OR REPLACE FUNCTION actor_fence() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (convert_from(NEW.value, 'UTF8')::jsonb ->> 'version')::bigint - 1
    IS DISTINCT FROM (convert_from(OLD.value, 'UTF8')::jsonb ->> 'version')::bigint
  THEN
    RAISE EXCEPTION 'stale version of an actor' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;

DROP TRIGGER IF EXISTS actor_fence ON state;
CREATE TRIGGER actor_fence BEFORE UPDATE OF value ON state
  FOR EACH ROW WHEN (NEW.key LIKE '%||%||%||v1') EXECUTE FUNCTION actor_fence();

COMMIT;
