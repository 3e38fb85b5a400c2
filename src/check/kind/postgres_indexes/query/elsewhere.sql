SELECT json_build_array(n.nspname, count(*))::text
FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace
WHERE n.nspname <> ALL ($1::text[]) AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
GROUP BY n.nspname ORDER BY count(*) DESC, n.nspname LIMIT 10
