/** `tocsin migrate`: brings the tables up to date as their owner, and makes the logins that work with them. */
import path from 'node:path';
import type { Connection } from '@temporalio/client';
import type { Command } from 'commander';
import { refused, usage } from '../../client/errors';
import { SEARCH_ATTRIBUTES } from '../../domain/incident/contract';
import { privateFolder } from '../../platform/private-files';
import { writeWhole } from '../../platform/write-whole';
import type { CommonOptions, Shell } from '../shell';
import { verb } from '../verb';

interface MigrateOptions extends CommonOptions {
  logins?: string;
  renew?: boolean;
  temporal?: boolean;
}

export function migrateCommand(program: Command, shell: Shell): void {
  verb(
    program,
    'migrate',
    "Bring the database's tables up to date, and make the logins of worker and auditor. Run it with the owner's login in DATABASE_URL, which no worker needs.",
    'migrate --logins /etc/tocsin/logins   # with DATABASE_URL=postgres://owner@…',
  )
    .option(
      '--logins <folder>',
      'make the missing logins, and write the address of each into a file of its own there (0600)',
    )
    .option('--temporal', 'make the missing search attributes in the namespace at Temporal as well')
    .option('--renew', 'give the logins that are there new passwords, and end their connections')
    .action(async (options: MigrateOptions) => {
      const { migrate } = await import('../../postgres/migrate.js');
      const { makeLogins } = await import('../../postgres/logins.js');
      const url = shell.databaseUrl({ owner: true });
      if (options.logins === '') throw usage('--logins: give a folder');
      if (options.renew && options.logins === undefined) throw usage('--renew: give the folder of --logins as well');
      const granted = await migrate(url);
      const made = options.logins === undefined ? [] : await makeLogins(url, options).catch(asRefusal);
      const files: Record<string, string> = {};
      if (made.length > 0) privateFolder(path.resolve(options.logins!));
      for (const { name, url: address } of made) {
        files[name] = path.join(path.resolve(options.logins!), `${name}.url`);
        await writeWhole(files[name], `${address}\n`);
      }
      if (options.json) {
        const attributes = options.temporal ? await searchAttributes(shell) : {};
        return shell.out.json({ migrated: true, logins: files, granted, ...attributes });
      }
      shell.out.line('The tables are up to date.');
      for (const each of granted) shell.out.line(`Granted again to ${each}`);
      for (const { name, login } of made) shell.out.line(`Login ${login} (${name}): its address is in ${files[name]}`);
      if (made.some(({ stillConnected }) => stillConnected))
        shell.out.line('Connections under the former passwords go on: restart Postgres to end them.');
      if (made.length > 0)
        shell.out.line("Give every process the writer's address as DATABASE_URL, and keep the owner's away.");
      else if (options.logins !== undefined)
        shell.out.line('Both logins were there; their passwords stay as they are.');
      // Last: where Temporal refuses, what was made before has been said.
      if (options.temporal) {
        const { namespace } = await searchAttributes(shell);
        shell.out.line(`The namespace "${namespace}" has the search attributes.`);
      }
    });
}

/** Registers what is missing, as whoever the environment says. */
async function searchAttributes(shell: Shell): Promise<{ namespace: string; searchAttributes: 'there' }> {
  const { temporalTarget } = await import('../connect.js');
  const { connectTo } = await import('../../client/connect.js');
  const { ensureSearchAttributes } = await import('../../client/search-attributes.js');
  const client = await connectTo(temporalTarget(shell.env), []);
  try {
    const { connection, options } = client.temporal;
    const problem = await ensureSearchAttributes(connection as Connection, options.namespace, SEARCH_ATTRIBUTES);
    if (problem) throw refused(`the tables are up to date, but Tocsin ${problem}`);
    return { namespace: options.namespace, searchAttributes: 'there' };
  } finally {
    await client.close();
  }
}

function asRefusal(error: Error): never {
  throw refused(`the tables are up to date, but the logins could not be made: ${error.message}`);
}
