/** The commands that an alarm asks for: one set for each thing to do, as data. */
import { ask, type CommandLine, commandLine } from '../kernel/command-lines';
import type { About, Todo } from './alarm';

const by = ask('by');

/** The commands to run next, the one that does it first. `caseId`: the incident or case that alarms. */
export function commandsFor(todo: Todo, caseId: string, about: About): CommandLine[] {
  const id = caseId;
  const obligation = about.kind === 'obligation' ? about.obligation : undefined;
  const explain = commandLine('explain', { id, obligation });
  const onObligation = (verb: 'approve' | 'release') =>
    obligation === undefined ? [] : [commandLine(verb, { id, obligation, by })];
  const waive = obligation === undefined ? [] : [commandLine('waive', { id, obligation, reason: ask('reason'), by })];
  const mayHold = about.kind === 'obligation' ? about.hold : undefined;
  const hold =
    obligation === undefined || !mayHold
      ? []
      : [commandLine('hold', { id, obligation, reason: ask('reason'), ...mayHold, by })];
  switch (todo) {
    case 'contain':
      return [commandLine('status', { id, status: 'contained', by }), explain];
    case 'contain-by-hand':
      return [
        commandLine('show', { id }),
        commandLine('measure', { id, text: ask('text'), category: 'containment', by }),
      ];
    case 'agree-to-block': {
      if (about.kind !== 'measure') return [showLine(id)];
      const source = about.measure.slice('block-source '.length);
      return [
        commandLine('contain', { id, 'block-source': source, by }),
        commandLine('contain', { id, undo: about.measure, by }),
      ];
    }
    case 'answer-data-question':
      return [commandLine('assess', { id, help: true }), explain];
    case 'approve':
    case 'approve-update':
      return [...onObligation('approve'), ...hold, ...waive, explain];
    case 'correct-update':
      if (obligation === undefined) return [explain];
      return [
        commandLine('edit-draft', { id, obligation, language: ask('language'), file: ask('file'), by }),
        ...onObligation('approve'),
        commandLine('notice settle', {
          ...{ id, obligation, accepted: ask('time'), url: ask('url'), reason: ask('reason'), by },
        }),
        explain,
      ];
    case 'make-public':
      return obligation === undefined
        ? [explain]
        : [commandLine('told', { id, obligation, channel: 'newspaper', languages: ask('languages'), by }), explain];
    case 'release':
      return [...onObligation('release'), ...onObligation('approve'), ...waive, explain];
    case 'decide-not-owed':
      return obligation === undefined
        ? [explain]
        : [commandLine('not-owed', { id, obligation, reason: ask('reason'), by }), explain];
    case 'file':
      return obligation === undefined ? [explain] : [filedLine(id, obligation), explain];
    case 'decide-authority':
      return obligation === undefined
        ? [explain]
        : [
            commandLine('decide-authority', {
              ...{ id, obligation, authority: ask('authority'), reason: ask('reason'), by },
            }),
            commandLine('assess', { id, help: true }),
            explain,
          ];
    case 'review':
      return [commandLine('review', { id, help: true }), explain];
    case 'decide-law':
      return [...waive, explain];
    case 'complete-record':
      return [
        commandLine('assess', { id, help: true }),
        commandLine('measure', { id, text: ask('text'), by }),
        commandLine('register show', { id }),
      ];
    case 'tell-organisations':
      return obligation === undefined
        ? [explain]
        : [
            commandLine('told', {
              ...{ id, obligation, channel: 'phone', organisation: ask('organisation'), by, rest: true },
            }),
            explain,
          ];
    case 'settle-batch': {
      if (obligation === undefined) return [explain];
      const given = { id, obligation, reason: ask('reason'), by };
      return [
        commandLine('notice settle', { ...given, accepted: ask('time') }),
        commandLine('notice settle', { ...given, 'not-accepted': true }),
        explain,
      ];
    }
    case 'count-again':
      return [
        ...(obligation === undefined ? [] : [commandLine('notice recipients', { id, obligation, state: 'came-back' })]),
        commandLine('reopen', { id, reason: ask('reason'), by }),
      ];
    case 'look-into':
    case 'tell-by-hand':
      return [explain, commandLine('show', { id })];
    case 'waive-and-close':
      return [explain, commandLine('close', { id, by })];
    case 'resume':
      return [commandLine('resume', { 'incident-or-case': id }), showLine(id)];
    case 'verify-register':
      return [commandLine('register verify', {}), commandLine('show', { id })];
    case 'check-awareness': {
      const change = (about.kind === 'awareness' && about.of) || 'awareness';
      const at = about.kind === 'awareness' ? { at: about.awareAt } : {};
      const correct = commandLine(change === 'detection' ? 'correct' : 'assess', { id, help: true });
      return [commandLine('confirm', { id, change, ...at, by }), correct];
    }
    case 'decide-detections':
      return [
        commandLine('triage show', { id }),
        commandLine('triage declare', { id, by }),
        commandLine('triage dismiss', { id, reason: ask('reason'), by }),
        commandLine('triage merge', { id, incident: ask('incident'), by }),
      ];
    case 'decide-where':
      return [commandLine('triage show', { id }), commandLine('triage merge', { id, incident: ask('incident'), by })];
    case 'take-out-again': {
      const incident = about.kind === 'detections' ? about.stillIn : undefined;
      if (incident === undefined) return [commandLine('triage show', { id })];
      return [
        commandLine('show', { id: incident }),
        commandLine('reopen', { id: incident, reason: ask('reason'), by }),
        commandLine('triage unmerge', { id, incident, reason: ask('reason'), by }),
      ];
    }
    case 'look-again': {
      const incident = about.kind === 'detections' ? about.stillIn : undefined;
      return [
        commandLine('triage show', { id }),
        incident === undefined ? commandLine('declare', { help: true }) : commandLine('show', { id: incident }),
      ];
    }
    case 'follow-incident':
      return [commandLine('show', { id: about.kind === 'declared' ? about.incident : id })];
    case 'acknowledge-report':
      return [commandLine('report show', { id }), commandLine('report acknowledge', { id, by })];
    case 'publish-disclosure':
      return [commandLine('report show', { id }), commandLine('report disclose', { id, url: ask('url'), by })];
    case 'decide-report':
      return [
        commandLine('report show', { id }),
        commandLine('report accept', { id, severity: 'sev3', by }),
        commandLine('report decline', { id, reason: ask('reason'), by }),
      ];
    case 'fix-report':
      return [commandLine('report show', { id }), commandLine('report fixed', { id, version: ask('version'), by })];
    case 'close-report':
      return [commandLine('report show', { id }), commandLine('report close', { id, by })];
    case 'write-to-reporter':
      return [commandLine('report show', { id })];
    case 'patch':
      return [commandLine('deps show', { id }), commandLine('deps patched', { id, by })];
  }
}

/** Records that a report was filed; the reference is what the authority gave. */
export function filedLine(id: string, obligation: string): CommandLine {
  return commandLine('filed', { id, obligation, reference: ask('reference'), by });
}

/** Shows the incident or case of an id. */
export function showLine(id: string): CommandLine {
  const [kind] = id.split('-');
  switch (kind) {
    case 'TRG':
      return commandLine('triage show', { id });
    case 'VR':
      return commandLine('report show', { id });
    case 'PATCH':
      return commandLine('deps show', { id });
    default:
      return commandLine('show', { id });
  }
}
