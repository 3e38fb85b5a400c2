SELECT json_build_object('table_oid', a.attrelid::int8, 'schema', n.nspname,
  'definition', quote_ident(a.attname) || ' ' || CASE WHEN p.usable THEN format_type(a.atttypid, a.atttypmod)
    WHEN e.typtype = 'e' THEN 'bytea' || CASE WHEN e.oid <> t.oid THEN '[]' ELSE '' END END,
  'stood_in', CASE WHEN NOT p.usable AND e.typtype = 'e' THEN format_type(e.oid, NULL) END, 'usable', p.usable)::text
FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
JOIN pg_type e ON e.oid = CASE WHEN t.typelem <> 0 AND t.typlen = -1 THEN t.typelem ELSE t.oid END
JOIN pg_namespace n ON n.oid = e.typnamespace CROSS JOIN LATERAL (SELECT has_schema_privilege(n.oid, 'USAGE') AS usable) p
WHERE a.attrelid::int8 = ANY ($1::int8[]) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
