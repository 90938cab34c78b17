-- 两个角色：liangtian_owner 建表、升级、恢复；liangtian_app 只读写数据，供网页服务和后台进程使用。
-- 由数据库管理员在新建的库中执行一次：
--   psql -v ON_ERROR_STOP=1 -d liangtian -f roles.sql
-- 表上的权限由程序给出，每次 liangtian migrate 或 restore 之后以 liangtian_owner 执行：
--   liangtian audit grants liangtian_app --apply
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
