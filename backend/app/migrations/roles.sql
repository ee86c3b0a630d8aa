-- [Task]: T-002, T-087
-- [From]: speckit.plan §2.1, §5.2
-- [Description]: The three roles. Run by whoever may make roles (on Neon: neondb_owner), as often as you like.
--
-- Passwords come from settings of the session, so that none is written down here:
--   select set_config('setup.migrator_password', '...', false), set_config('setup.app_user_password', '...', false);
-- Without them the passwords stay as they are.

do $$
declare
    migrator_password text := nullif(current_setting('setup.migrator_password', true), '');
    app_user_password text := nullif(current_setting('setup.app_user_password', true), '');
begin
    if not exists (select from pg_roles where rolname = 'app_owner') then
        create role app_owner nologin;
    end if;
    if not exists (select from pg_roles where rolname = 'app_migrator') then
        create role app_migrator login;
    end if;
    if not exists (select from pg_roles where rolname = 'app_user') then
        create role app_user login noinherit;
    end if;
    if migrator_password is not null then
        execute format('alter role app_migrator password %L', migrator_password);
    end if;
    if app_user_password is not null then
        execute format('alter role app_user password %L', app_user_password);
    end if;
end
$$;

-- A role made by SQL has none of these by default; somebody may have given them since. Only a superuser may
-- take them back, and only a superuser could have given them.
do $$
begin
    if exists (select from pg_roles where rolname in ('app_owner', 'app_migrator', 'app_user')
               and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication)) then
        alter role app_owner nosuperuser nobypassrls nocreaterole nocreatedb noreplication;
        alter role app_migrator nosuperuser nobypassrls nocreaterole nocreatedb noreplication;
        alter role app_user nosuperuser nobypassrls nocreaterole nocreatedb noreplication;
    end if;
end
$$;

grant app_owner to app_migrator;
grant usage, create on schema public to app_owner;
grant usage on schema public to app_user;
revoke create on schema public from public;

-- The queue's tables are a library's, which knows no schema by name.
create schema if not exists queue;
grant usage, create on schema queue to app_owner;
grant usage on schema queue to app_user;
alter role app_user set search_path = public, queue;

alter role app_user set statement_timeout = '20s';
alter role app_user set idle_in_transaction_session_timeout = '20s';
