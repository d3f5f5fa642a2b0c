/** The workflows that write entries of a case for it, by their ids. Pure. */

/** The id of the one that writes these entries. */
export function backlogId(caseId: string, firstSeq: number, lastSeq: number): string {
  return `${caseId}/register/${firstSeq}-${lastSeq}`;
}

/** True for the case itself and for whatever writes its entries for it. */
export function writesFor(workflowId: string | undefined, caseId: string): boolean {
  return workflowId === caseId || (workflowId?.startsWith(`${caseId}/register/`) ?? false);
}
