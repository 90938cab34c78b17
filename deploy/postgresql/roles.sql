-- 两个角色：liangtian_owner 建表、升级、恢复；liangtian_app 只读写数据，供网页服务和后台进程使用。
-- 由数据库管理员执行，先建库再授权；每次 liangtian migrate 或 restore 之后再执行一遍授权部分：
--   psql -v ON_ERROR_STOP=1 -d liangtian -f roles.sql
DO $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'liangtian_owner') THEN
    CREATE ROLE liangtian_owner LOGIN;      -- ALTER ROLE liangtian_owner PASSWORD '…'
  END IF;
  IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'liangtian_app') THEN
    CREATE ROLE liangtian_app LOGIN;        -- ALTER ROLE liangtian_app PASSWORD '…'
  END IF;
END $$;
CREATE EXTENSION IF NOT EXISTS postgis;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO liangtian_owner;
GRANT USAGE ON SCHEMA public TO liangtian_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO liangtian_app;
GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public TO liangtian_app;
ALTER DEFAULT PRIVILEGES FOR ROLE liangtian_owner IN SCHEMA public
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO liangtian_app;
ALTER DEFAULT PRIVILEGES FOR ROLE liangtian_owner IN SCHEMA public
  GRANT USAGE, SELECT, UPDATE ON SEQUENCES TO liangtian_app;
-- 审计记录只增不改：程序用的角色不能改、不能删。
DO $$
DECLARE
  name text;
BEGIN
  FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename LIKE 'audit\_%' LOOP
    EXECUTE format('REVOKE TRUNCATE ON %I FROM liangtian_app', name);
  END LOOP;
  IF to_regclass('public.audit_auditentry') IS NOT NULL THEN
    REVOKE UPDATE, DELETE, TRUNCATE ON audit_auditentry FROM liangtian_app;
  END IF;
END $$;
