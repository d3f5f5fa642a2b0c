/** The kinds of case as the command shows them: where their commands stand, how ids look, what a list says. */

import { KINDS, type Kind, type KindName, kindOf } from '../../client/kinds';
import { tocsin } from '../../domain/kernel/command-lines';

export interface CaseKind extends Kind {
  /** The command that those of this kind stand under, such as `triage`; none for incidents. */
  group?: string;
  /** An id, for examples. */
  example: string;
  /** How the list is headed, and what it says when it is empty. */
  list: { id: string; due: string; none: string; noneOpen: string };
}

export const CASE_KINDS: Record<KindName, CaseKind> = {
  incident: {
    ...KINDS.incident,
    example: 'INC-20260401-9f3a',
    list: {
      id: 'Incident',
      due: 'Due (UTC)',
      none: 'There are no incidents.',
      noneOpen: `There are no open incidents. \`${tocsin('list', { all: true })}\` shows closed ones.`,
    },
  },
  triage: {
    ...KINDS.triage,
    group: 'triage',
    example: 'TRG-9f3a5c1e0b2d',
    list: {
      id: 'Case',
      due: 'Decide by (UTC)',
      none: 'There are no detections.',
      noneOpen: `Nothing is waiting. \`${tocsin('triage list', { all: true })}\` shows what was decided.`,
    },
  },
  report: {
    ...KINDS.report,
    group: 'report',
    example: 'VR-20260401-9f3a5c1e',
    list: {
      id: 'Report',
      due: 'Due (UTC)',
      none: 'There are no reports.',
      noneOpen: `There are no open reports. \`${tocsin('report list', { all: true })}\` shows closed ones.`,
    },
  },
  patch: {
    ...KINDS.patch,
    group: 'deps',
    example: 'PATCH-1f6a3c90b2d4',
    list: {
      id: 'Task',
      due: 'Due (UTC)',
      none: 'There are no patch tasks.',
      noneOpen: `There are no open patch tasks. \`${tocsin('deps list', { all: true })}\` shows closed ones.`,
    },
  },
};

/** A case that a command is about: its id, and its kind where that is known. */
export interface Subject {
  id: string;
  kind?: KindName;
}

/** `incident "INC-1"`. */
export function named({ id, kind }: Subject): string {
  return `${CASE_KINDS[kindOf(id) ?? kind ?? 'incident'].noun} "${id}"`;
}

/** `npx tocsin triage list --all`: what lists the cases of a kind. */
export function commandOf(kind: KindName, verb: string): string {
  return ['npx tocsin', CASE_KINDS[kind].group, verb].filter(Boolean).join(' ');
}
