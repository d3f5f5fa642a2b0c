/**
 * What the Web UI shows of a case is written when somebody looks. A case that is rebuilt from its history passes through all
 * its states again, and nobody reads what it would have shown in them.
 */
import { setCurrentDetails, type WorkflowInterceptors } from '@temporalio/workflow';

/** The query by which the Web UI and `temporal workflow metadata` ask for it. */
const METADATA = '__temporal_workflow_metadata';

let write: (() => string) | undefined;

/** What is shown from now on, as Markdown; called for each look. */
export function showWhenAsked(details: () => string): void {
  write = details;
}

type Activation = Parameters<
  NonNullable<NonNullable<WorkflowInterceptors['internals']>[number]['activate']>
>[0]['activation'];

export const interceptors = (): WorkflowInterceptors => ({
  internals: [
    {
      activate(input, next) {
        if (write && asksForDetails(input.activation)) setCurrentDetails(write());
        next(input);
      },
    },
  ],
});

function asksForDetails({ jobs }: Activation): boolean {
  return (jobs ?? []).some(({ queryWorkflow }) => queryWorkflow?.queryType === METADATA);
}
