SELECT json_build_object(
  'database', current_database(), 'user', current_user::text, 'version', current_setting('server_version'),
  'superuser', current_setting('is_superuser') = 'on', 'in_recovery', pg_is_in_recovery(),
  'tls', (SELECT s.version FROM pg_stat_ssl s WHERE s.pid = pg_backend_pid() AND s.ssl))::text
WHERE $1::text[] IS NOT NULL
