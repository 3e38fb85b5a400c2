SELECT json_build_object('table_oid', t.oid::int8, 'columns', array_to_json(c.conkey), 'key', json_build_object(
  'schema', n.nspname, 'table', t.relname, 'name', c.conname, 'references', c.confrelid::regclass::text,
  'columns', (SELECT json_agg(a.attname ORDER BY p.place) FROM unnest(c.conkey) WITH ORDINALITY p (attnum, place)
    JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = p.attnum)))::text
FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid JOIN pg_namespace n ON n.oid = t.relnamespace
WHERE c.contype = 'f' AND c.conparentid = 0 AND n.nspname = ANY ($1::text[]) ORDER BY n.nspname, t.relname, c.conname
