/** Temporal: the namespace, its search attributes, who works there, and whether the keys open what it holds. */
import type { Client, Connection } from '@temporalio/client';
import { CommandError } from '../client/errors';
import { executions } from '../client/executions';
import { lackingSearchAttributes, namespaceCommand, searchAttributeCommand } from '../client/search-attributes';
import { SEARCH_ATTRIBUTES } from '../domain/incident/contract';
import { tocsin } from '../domain/kernel/command-lines';
import { plural } from '../domain/kernel/plural';
import { temporalSettings } from '../settings/temporal';
import { TemporalEye } from '../watchdog/temporal-eye';
import { type Check, type Found, messageOf, notChecked, ok, problem, WRONG_SETTINGS, warning } from './check';

const [NOT_FOUND, DENIED, UNIMPLEMENTED, UNAUTHENTICATED] = [5, 7, 12, 16];
/** How many running cases are tried with the keys. */
const TRIED = 20;

export const temporal: Check = {
  about: 'Temporal',
  async look({ read, temporal: connect }) {
    const settings = read(temporalSettings);
    if (!settings) return WRONG_SETTINGS;
    let client: Client;
    try {
      client = (await connect()).temporal;
    } catch (error) {
      return [problem(error instanceof CommandError ? error.message : messageOf(error))];
    }
    const connection = client.connection as Connection;
    const { namespace } = client.options;
    try {
      const { namespaceInfo } = await connection.workflowService.describeNamespace({ namespace });
      const found = [ok(`the namespace "${namespaceInfo?.name ?? namespace}" answers`)];
      found.push(...(await attributes(connection, namespace)));
      found.push(await workers(client, settings.taskQueue));
      found.push(...(await keys(client, settings.encryptionKeys)));
      return found;
    } catch (error) {
      return [refusedBy(error, namespace)];
    }
  },
};

async function attributes(connection: Connection, namespace: string): Promise<Found[]> {
  try {
    const { missing, wrong } = await lackingSearchAttributes(connection, namespace, SEARCH_ATTRIBUTES);
    const names = Object.keys(missing);
    const found = wrong.map((each) => problem(`${each}; no incident can start`));
    if (names.length > 0)
      found.push(
        problem(
          `the search attributes ${names.join(', ')} are missing: no incident can start`,
          `Run \`${tocsin('migrate', { temporal: true })}\`, or \`${searchAttributeCommand(namespace, missing)}\``,
        ),
      );
    return found.length > 0 ? found : [ok('its search attributes are there')];
  } catch (error) {
    const { code } = error as { code?: number };
    if (code !== UNIMPLEMENTED && code !== DENIED) throw error;
    return [
      notChecked(
        'it does not tell its search attributes to this account; without them no incident starts',
        `Make sure that they are there; its administrator makes them with \`${searchAttributeCommand(namespace, SEARCH_ATTRIBUTES)}\``,
      ),
    ];
  }
}

async function workers(client: Client, taskQueue: string): Promise<Found> {
  const none = await new TemporalEye(client, taskQueue).worker();
  if (!none) return ok(`a worker asks for work on the queue "${taskQueue}"`);
  return warning(
    none.problem,
    `Start one: \`${tocsin('worker', {})}\`. One that runs reads another queue or namespace: compare TOCSIN_TASK_QUEUE and TEMPORAL_NAMESPACE`,
  );
}

/** The labels of running cases are sealed: with the wrong keys none can be read. */
async function keys(client: Client, encryptionKeys: readonly string[]): Promise<Found[]> {
  let [running, readable] = [0, 0];
  for await (const { memo } of executions(client, 'WorkflowType = "incident" AND ExecutionStatus = "Running"')) {
    running += 1;
    if (memo && Object.keys(memo).length > 0) readable += 1;
    if (running === TRIED) break;
  }
  if (running === 0) return [];
  if (readable > 0) return [ok('the keys open the incidents that run there')];
  const cases = plural(running, 'incident');
  return [
    encryptionKeys.length === 0
      ? problem(`no keys are set, and ${cases} that run there cannot be read`, 'Give TOCSIN_ENCRYPTION_KEYS')
      : problem(
          `the keys open none of ${cases} that run there`,
          'Give the TOCSIN_ENCRYPTION_KEYS of the workers, old ones behind the new one',
        ),
  ];
}

function refusedBy(error: unknown, namespace: string): Found {
  const { code } = error as { code?: number };
  if (code === NOT_FOUND)
    return problem(
      `there is no namespace "${namespace}"`,
      `Make it with \`${namespaceCommand(namespace)}\`, or correct TEMPORAL_NAMESPACE`,
    );
  if (code === DENIED || code === UNAUTHENTICATED)
    return problem(
      `it does not let this account into the namespace "${namespace}"`,
      'Check certificate or API key (TEMPORAL_TLS_…, TEMPORAL_API_KEY) and its rights to the namespace',
    );
  return problem(messageOf(error), 'Check TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE');
}
