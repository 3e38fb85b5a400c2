SELECT json_build_object('oid', t.oid::int8, 'schema', n.nspname, 'name', t.relname)::text
FROM pg_class t JOIN pg_namespace n ON n.oid = t.relnamespace
WHERE n.nspname = ANY ($1::text[]) AND t.relkind IN ('r', 'p', 'm') ORDER BY n.nspname, t.relname
