/**
 * Workflows as the server describes them, whatever their memo is: whoever reaches Temporal may start one with a memo that
 * nobody sealed, and it must keep no list and no look from anybody.
 */
import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { executionInfoFromRaw } from '@temporalio/client/lib/helpers';
import type { temporal } from '@temporalio/proto';
import { missingNamespace } from './missing-namespace';
import { timed } from './timed';

type Raw = temporal.api.workflow.v1.IWorkflowExecutionInfo;
export type Description = temporal.api.workflowservice.v1.IDescribeWorkflowExecutionResponse;

const PAGE = 500;
const NOT_FOUND = 5;

/** What visibility has for a query. A memo that cannot be read is left out. */
export async function* executions(client: Client, query: string): AsyncGenerator<WorkflowExecutionInfo> {
  const { namespace } = client.options;
  let nextPageToken: Uint8Array | undefined;
  do {
    const page = await client.workflowService.listWorkflowExecutions({
      namespace,
      query,
      pageSize: PAGE,
      ...(nextPageToken && { nextPageToken }),
    });
    for (const raw of page.executions ?? []) yield await infoOf(client, raw);
    nextPageToken = page.nextPageToken?.length ? page.nextPageToken : undefined;
  } while (nextPageToken);
}

/** The latest run under an id, as the server describes it; `undefined` where it has none. Throws where it has not even the namespace. */
export async function described(client: Client, workflowId: string): Promise<Description | undefined> {
  try {
    const execution = { workflowId };
    return await client.workflowService.describeWorkflowExecution({ namespace: client.options.namespace, execution });
  } catch (error) {
    const namespace = missingNamespace(error);
    if (namespace) throw namespace;
    if ((error as { code?: number }).code === NOT_FOUND) return undefined;
    throw error;
  }
}

/** The latest run under an id; `undefined` where there is none. Rejects when the server takes longer than a call may. */
export async function latestOf(client: Client, workflowId: string): Promise<WorkflowExecutionInfo | undefined> {
  const latest = (await timed(client, () => described(client, workflowId)))?.workflowExecutionInfo;
  return latest ? infoOf(client, latest) : undefined;
}

/** A description as the SDK reads it, without a memo that cannot be read. */
export async function infoOf(client: Client, raw: Raw): Promise<WorkflowExecutionInfo> {
  const { loadedDataConverter, namespace } = client.options;
  const read = (given: Raw) => executionInfoFromRaw(given as never, loadedDataConverter, given as never, namespace);
  // What a server leaves out stands in the prototype of such a message.
  const unlabelled: Raw = Object.assign(Object.create(raw), { memo: undefined });
  return (await read(raw).catch(() => read(unlabelled))) as WorkflowExecutionInfo;
}
