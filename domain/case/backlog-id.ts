/** The workflows that write entries of a case for it, by their ids. Pure. */

/** The id of the one that writes these entries. */
export function backlogId(caseId: string, firstSeq: number, lastSeq: number): string {
  return `${caseId}/register/${firstSeq}-${lastSeq}`;
}

/** A workflow that writes entries for a case. */
export interface EntryWriter {
  workflowId: string;
  caseId: string;
  first: number;
  last: number;
  /** False: it ended before it had written them. */
  running: boolean;
}

/** One as its id has it. */
export type NamedWriter = Omit<EntryWriter, 'running'>;

/** Which entries of which case a workflow of this id writes; `undefined` where it is none of these. */
export function writerOf(workflowId: string): NamedWriter | undefined {
  const match = /^(.+)\/register\/(\d+)-(\d+)$/.exec(workflowId);
  return match ? { workflowId, caseId: match[1]!, first: Number(match[2]), last: Number(match[3]) } : undefined;
}

/** True for the case itself and for whatever writes its entries for it. */
export function writesFor(workflowId: string | undefined, caseId: string): boolean {
  return workflowId === caseId || (workflowId?.startsWith(`${caseId}/register/`) ?? false);
}
