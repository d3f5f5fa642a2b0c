/** Whether Temporal answers, as `/readyz` asks: a server that is there and has not the namespace can begin nothing. */
import type { Connection } from '@temporalio/client';
import { missingNamespace } from './missing-namespace';

const PERMISSION_DENIED = 7;

/** Resolves where it does. Whoever may not describe the namespace hears only whether the server is there. Rejects else. */
export async function answers({ workflowService }: Connection, namespace: string): Promise<void> {
  try {
    await workflowService.describeNamespace({ namespace });
  } catch (error) {
    if ((error as { code?: number }).code !== PERMISSION_DENIED) throw error;
    await workflowService.getSystemInfo({});
  }
}

/** What is wrong where it does not, and which setting to look at. */
export function unanswered(error: unknown): string {
  return missingNamespace(error)
    ? 'has no namespace of that name: check TEMPORAL_NAMESPACE'
    : 'does not answer: check TEMPORAL_ADDRESS';
}
