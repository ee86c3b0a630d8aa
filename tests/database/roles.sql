-- A project's roles file as `specward.database.provision` expects it: it can be run again at any time.
do $$
begin
    if to_regrole('app_owner') is null then create role app_owner nologin; end if;
    if to_regrole('app_migrator') is null then create role app_migrator login; end if;
    if to_regrole('app_user') is null then create role app_user login nobypassrls; end if;
    execute format('alter role app_migrator password %L', current_setting('setup.migrator_password', true));
    execute format('alter role app_user password %L', current_setting('setup.app_user_password', true));
    execute format('alter database %I owner to app_owner', current_database());
end
$$;
grant app_owner to app_migrator;
