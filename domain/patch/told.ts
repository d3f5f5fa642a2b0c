/** How a patch task is told: the advisory, what is installed, what happened. */

import { type Telling, toldOfAny } from '../case/told';
import { human } from '../kernel/time';
import { patchTaskLifecycle } from './patch-task';
import type { PatchEvent, PatchState } from './state';

export const PATCH_TOLD: Telling<PatchState, PatchEvent> = {
  rows: patchTaskLifecycle.rows,
  about({ finding: { advisory, aliases, summary } }) {
    return [`${[advisory, ...aliases].join(', ')}${summary ? `: ${summary}` : ''}`];
  },
  told(event) {
    switch (event.kind) {
      case 'patch-due': {
        const { finding, dueAt } = event.data;
        return `found ${finding.package} ${finding.versions.join(', ')}; due ${human(dueAt)}`;
      }
      case 'finding-changed':
        return `changed: ${event.data.changes.join('; ')}; due ${human(event.data.dueAt)}`;
      case 'patch-waived':
        return `waived until ${human(event.data.until)}: ${event.data.reason}`;
      case 'waiver-ended':
        return `the waiver ended; due ${human(event.data.dueAt)}`;
      case 'patch-claimed':
        return `reported patched${event.data.note ? `: ${event.data.note}` : ''}`;
      case 'claim-refuted':
        return `not patched: ${event.data.versions.join(', ')} still installed`;
      case 'claim-unconfirmed':
        return `not confirmed: ${event.data.reason}`;
      case 'note-added':
        return event.data.note;
      case 'patch-closed':
        return `closed, ${event.data.outcome}: ${event.data.reason}`;
      default:
        return toldOfAny(event);
    }
  },
};
