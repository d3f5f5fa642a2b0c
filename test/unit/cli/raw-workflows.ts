/** Temporal's own descriptions of workflows, as the server sends them: what the client reads lists and how a case stands from. */
import { defaultFailureConverter, defaultPayloadConverter } from '@temporalio/common';
import { msToTs } from '@temporalio/common/lib/time';
import { temporal } from '@temporalio/proto';

const { WorkflowExecutionInfo } = temporal.api.workflow.v1;
const { WorkflowExecutionStatus } = temporal.api.enums.v1;

interface Described {
  workflowId: string;
  type?: string;
  status?: 'RUNNING' | 'COMPLETED' | 'FAILED' | 'TERMINATED';
  startedAt: string;
  title?: string;
  attributes?: Record<string, { type: 'Keyword' | 'Datetime'; value: string }>;
}

const payload = (value: unknown, type?: string) => ({
  metadata: { encoding: Buffer.from('json/plain'), ...(type && { type: Buffer.from(type) }) },
  data: Buffer.from(JSON.stringify(value)),
});

export function rawOf({
  workflowId,
  type = 'incident',
  status = 'RUNNING',
  startedAt,
  title,
  attributes = {},
}: Described) {
  const fields = Object.entries(attributes).map(([name, { type: of, value }]) => [name, payload(value, of)] as const);
  return WorkflowExecutionInfo.create({
    execution: { workflowId, runId: `run of ${workflowId}` },
    type: { name: type },
    status: WorkflowExecutionStatus[`WORKFLOW_EXECUTION_STATUS_${status}`],
    startTime: msToTs(Date.parse(startedAt)),
    ...(title !== undefined && { memo: { fields: { title: payload(title) } } }),
    searchAttributes: { indexedFields: Object.fromEntries(fields) },
  });
}

type Raw = ReturnType<typeof rawOf>;

/** What a client needs to ask for them: `find` gives what runs under an id. */
export function serverOf({
  listed = [],
  find = () => undefined,
}: {
  listed?: Raw[];
  find?: (id: string) => Raw | undefined;
}) {
  return {
    options: {
      namespace: 'default',
      loadedDataConverter: {
        payloadConverter: defaultPayloadConverter,
        failureConverter: defaultFailureConverter,
        payloadCodecs: [],
      },
    },
    workflowService: {
      listWorkflowExecutions: async () => ({ executions: listed }),
      describeWorkflowExecution: async ({ execution }: { execution: { workflowId: string } }) => {
        const workflowExecutionInfo = find(execution.workflowId);
        if (!workflowExecutionInfo) throw Object.assign(new Error('not found'), { code: 5 });
        return { workflowExecutionInfo };
      },
    },
  };
}
