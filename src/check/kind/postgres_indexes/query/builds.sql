SELECT json_build_object('table_oid', t.oid::int8, 'index_oid', nullif(p.index_relid, 0)::int8, 'command', p.command, 'phase', p.phase)::text
FROM pg_stat_progress_create_index p JOIN pg_class t ON t.relkind IN ('r', 'm') AND (t.oid = p.relid OR p.relid IS NULL AND t.oid IN (
  SELECT l.relation FROM pg_locks l
  WHERE l.pid = p.pid AND l.locktype = 'relation' AND l.granted AND l.mode IN ('ShareUpdateExclusiveLock', 'ShareLock')
    AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())))
JOIN pg_namespace n ON n.oid = t.relnamespace
WHERE p.datname = current_database() AND n.nspname = ANY ($1::text[])
