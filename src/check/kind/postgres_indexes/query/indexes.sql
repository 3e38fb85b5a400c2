SELECT json_build_object(
  'oid', c.oid::int8, 'table_oid', t.oid::int8, 'attached', c.relispartition,
  'columns', array_to_json((i.indkey::int2[])[0:i.indnkeyatts - 1]), 'lent_code', (i.indexprs IS NOT NULL OR i.indpred IS NOT NULL) AND EXISTS (
    SELECT FROM pg_depend d LEFT JOIN pg_proc f ON d.refclassid = 'pg_proc'::regclass AND f.oid = d.refobjid
    LEFT JOIN pg_operator o ON d.refclassid = 'pg_operator'::regclass AND o.oid = d.refobjid
    JOIN pg_roles r ON r.oid IN (f.proowner, o.oprowner)
    WHERE d.classid = 'pg_class'::regclass AND d.objid = i.indexrelid AND NOT r.rolsuper),
  'signature', concat_ws('|', i.indkey, i.indclass, i.indcollation, i.indoption, i.indisexclusion,
    NOT i.indisunique OR i.indimmediate, to_jsonb(i) ->> 'indnullsnotdistinct'),
  'index', json_build_object(
    'schema', n.nspname, 'table', t.relname, 'name', c.relname, 'method', am.amname, 'unique', i.indisunique,
    'nulls_not_distinct', coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::bool, false),
    'valid', i.indisvalid, 'ready', i.indisready, 'live', i.indislive, 'partitioned', c.relkind = 'I',
    'unattached', CASE WHEN c.relkind = 'I' THEN coalesce((
      WITH RECURSIVE part (oid) AS (
        SELECT i.indrelid UNION SELECT h.inhrelid FROM part JOIN pg_inherits h ON h.inhparent = part.oid),
      piece (oid) AS (SELECT i.indexrelid UNION SELECT h.inhrelid FROM piece JOIN pg_inherits h ON h.inhparent = piece.oid)
      SELECT json_agg(x.name) FROM (
        SELECT quote_ident(s.nspname) || '.' || quote_ident(l.relname) AS name
        FROM part JOIN pg_class l ON l.oid = part.oid AND l.relkind = 'r' JOIN pg_namespace s ON s.oid = l.relnamespace
        WHERE NOT EXISTS (SELECT FROM piece JOIN pg_index u ON u.indexrelid = piece.oid
          WHERE u.indrelid = l.oid AND u.indisvalid AND u.indisready AND u.indislive)
        ORDER BY 1 LIMIT 3) x), '[]') ELSE '[]' END,
    'predicate', CASE WHEN i.indpred IS NOT NULL THEN coalesce(pg_get_expr(i.indpred, i.indrelid, true), '?') END,
    'keys', k.keys, 'include', coalesce(k.include, '[]')))::text
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
JOIN pg_namespace n ON n.oid = t.relnamespace JOIN pg_am am ON am.oid = c.relam
CROSS JOIN LATERAL (
  SELECT json_agg(json_build_object(
      'text', coalesce(a.attname, pg_get_indexdef(i.indexrelid, p.place::int, true), '?'),
      'expression', p.attnum = 0, 'opclass', oc.opcname, 'default_opclass', coalesce(oc.opcdefault, false),
      'unserved', coalesce(CASE WHEN NOT oc.opcdefault THEN (
        SELECT json_agg(DISTINCT o.oprname) FROM pg_opclass d
        JOIN pg_amop m ON m.amopfamily = d.opcfamily AND m.amoplefttype = d.opcintype JOIN pg_operator o ON o.oid = m.amopopr
        WHERE d.opcmethod = oc.opcmethod AND d.opcintype = oc.opcintype AND d.opcdefault AND NOT EXISTS (
          SELECT FROM pg_amop h JOIN pg_operator s ON s.oid = h.amopopr WHERE h.amopfamily = oc.opcfamily
            AND (h.amopopr = m.amopopr OR m.amoprighttype <> m.amoplefttype AND s.oprname = o.oprname))) END, '[]'),
      'collation', (SELECT co.collname FROM pg_collation co WHERE co.oid = i.indcollation[p.place - 1]),
      'other_collation', i.indcollation[p.place - 1] <> 0 AND CASE WHEN p.attnum <> 0 THEN a.attcollation <> i.indcollation[p.place - 1]
        ELSE strpos(pg_get_indexdef(i.indexrelid, 0, true), pg_get_indexdef(i.indexrelid, p.place::int, true) || ' COLLATE ') > 0 END,
      'descending', i.indoption[p.place - 1] & 1 = 1, 'nulls_first', i.indoption[p.place - 1] & 2 = 2)
    ORDER BY p.place) FILTER (WHERE p.place <= i.indnkeyatts) AS keys,
    json_agg(a.attname ORDER BY p.place) FILTER (WHERE p.place > i.indnkeyatts) AS include
  FROM unnest(i.indkey::int2[]) WITH ORDINALITY p (attnum, place)
  LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = p.attnum AND p.attnum <> 0
  LEFT JOIN pg_opclass oc ON p.place <= i.indnkeyatts AND oc.oid = i.indclass[p.place - 1]) k
WHERE n.nspname = ANY ($1::text[]) AND t.relkind IN ('r', 'p', 'm') ORDER BY n.nspname, t.relname, c.relname
