// A merge is undone, and detections belong to several incidents: what the case holds, and when somebody hears of it.
import { foldCase } from '../../../domain/case/advance';
import { alarmText } from '../../../domain/case/alarm-text';
import { commandText } from '../../../domain/kernel/command-lines';
import { belongsTo, joinedOf } from '../../../domain/triage/belongs';
import { decisionsOf } from '../../../domain/triage/decided';
import type { TriageEvent } from '../../../domain/triage/state';
import { triageLifecycle } from '../../../domain/triage/triage';
import { triageInput } from './helpers/detections';
import { at, Case } from './helpers/triage-played';

const merged = (it: Case, into: string, hour: number) => {
  it.send('merge', { into }, at(hour));
  it.comeOf({ kind: 'merged', into }, at(hour));
};
const unmerged = (it: Case, from: string, hour: number) => {
  it.send('unmerge', { from, reason: 'not the same actor' }, at(hour));
  it.comeOf({ kind: 'unmerged', from }, at(hour));
};
const incidents = (it: Case) => belongsTo(it.state).map(({ incidentId }) => incidentId);
const refusal = (events: TriageEvent[]) =>
  events.map((event) => (event.kind === 'rejected' ? event.data.problems[0] : event.kind));

const lastAlarm = (it: Case) => {
  const raised = it.events.filter((event) => event.kind === 'alarm-raised').at(-1)!;
  return { text: alarmText(raised.data, raised.at).text, commands: raised.data.commands };
};

/** Silence declares after two hours. */
const severe = () => new Case(triageInput());
/** Silence alarms at eight hours and ever after. */
const minor = () => new Case(triageInput({ severity: 'sev4' }));

describe('an undone merge', () => {
  it('leaves the case waiting as it was: what was detected when, and its limit; the owner hears of it at once', () => {
    const it = minor();
    const { firstAt, openedAt, dueAt, count } = it.state;
    merged(it, 'INC-1', 1);
    unmerged(it, 'INC-1', 3);
    expect(it.state).toMatchObject({ status: 'waiting', firstAt, openedAt, dueAt, count });
    expect([it.state.decision, it.state.closedAt, it.state.leaving]).toEqual([undefined, undefined, undefined]);
    expect(it.events.find(({ kind }) => kind === 'triage-unmerged')).toMatchObject({
      by: 'anna',
      data: { from: 'INC-1', reason: 'not the same actor' },
    });
    it.runUntil(at(13));
    // Half-way rings at its own instant, not again for what passed while it was merged.
    expect(it.alarms()).toEqual([
      ['start', 0],
      ['unmerged', 3],
      ['50 %', 4],
      ['75 %', 6],
      ['due', 8],
      ['overdue 1', 12],
    ]);
    expect(foldCase(triageLifecycle, it.events)).toEqual(it.state);
  });

  it('gives a person the time of the rule once more, where silence would have declared meanwhile', () => {
    const it = severe();
    merged(it, 'INC-1', 1);
    unmerged(it, 'INC-1', 30);
    expect(it.state).toMatchObject({ status: 'waiting', dueAt: at(32) });
    it.runUntil(at(40));
    // In that time its owner is alarmed as in any other.
    expect(it.alarms().slice(-4)).toEqual([
      ['unmerged', 30],
      ['50 %', 31],
      ['75 %', 31.5],
      ['declared', 32],
    ]);
    expect(foldCase(triageLifecycle, it.events)).toEqual(it.state);
    expect(it.state.decision).toMatchObject({ decision: 'declared', at: at(32) });
    // It is declared as of when it was detected, not as of when somebody looked again.
    expect(it.state.declaration).toMatchObject({ detectedAt: it.state.firstAt });
  });

  it('moves no limit that is still to come', () => {
    const it = severe();
    merged(it, 'INC-1', 0.5);
    unmerged(it, 'INC-1', 1);
    expect(it.state.dueAt).toBe(at(2));
  });

  it('is refused, with the reason, where there is none to undo', () => {
    const undo = { reason: 'r' };
    const waiting = minor();
    expect(refusal(waiting.send('unmerge', undo, at(1)))[0]).toMatch(/it waits for a decision: it is in no incident/);
    waiting.send('dismiss', { reason: 'A load test' }, at(1));
    expect(refusal(waiting.send('unmerge', undo, at(1)))[0]).toMatch(/it was dismissed by anna .*it is in no incident/);
    const declared = severe();
    declared.send('declare', {}, at(1));
    expect(refusal(declared.send('unmerge', undo, at(1)))[0]).toMatch(/that is under way: send it again in a moment/);
    declared.comeOf({ kind: 'declared', incidentId: incidents(declared)[0]!, already: false }, at(1));
    expect(refusal(declared.send('unmerge', undo, at(1)))[0]).toMatch(
      /was declared from it by anna.*npx tocsin close INC-/,
    );
    const it = minor();
    merged(it, 'INC-1', 1);
    expect(refusal(it.send('unmerge', { ...undo, from: 'INC-2' }, at(1)))[0]).toMatch(/not in INC-2, but in INC-1/);
    expect(it.state).toMatchObject({ status: 'merged', closedAt: at(1) });
  });

  it('that the incident does not take leaves the case in it, and its owner hears of it', () => {
    const it = minor();
    merged(it, 'INC-1', 1);
    it.send('unmerge', { reason: 'r' }, at(2));
    expect(triageLifecycle.wantedWork(it.state)).toEqual([
      { kind: 'unmerge', key: 'unmerge', from: 'INC-1', by: 'anna', reason: 'r' },
    ]);
    expect(refusal(it.send('merge', { into: 'INC-2' }, at(2)))[0]).toMatch(
      /^case: it is being taken out of INC-1, as anna decided/,
    );
    it.comeOf({ kind: 'unmerge-failed', from: 'INC-1', problem: 'it was closed' }, at(2));
    expect(it.state).toMatchObject({ status: 'merged', closedAt: at(2), decision: { incidentId: 'INC-1' } });
    expect(it.alarms().at(-1)).toEqual(['unmerge-failed', 2]);
    const { text, commands } = lastAlarm(it);
    expect(text).toMatch(/could not be taken out of INC-1: it was closed\. .*reopen it if it is closed/);
    expect(commands.map(commandText).at(-1)).toMatch(/^npx tocsin triage unmerge TRG-\S+ INC-1 --reason/);
  });

  it('can be merged once more, into the same incident too', () => {
    const it = minor();
    merged(it, 'INC-1', 1);
    unmerged(it, 'INC-1', 2);
    merged(it, 'INC-1', 3);
    expect(it.state).toMatchObject({ status: 'merged', closedAt: at(3) });
    expect(incidents(it)).toEqual(['INC-1']);
  });
});

describe('a merge that the incident does not take', () => {
  const refused = (it: Case, hour: number, again?: true) =>
    it.comeOf(
      { kind: 'merge-failed', into: 'INC-1', problem: 'INC-1 refused it: it is an exercise', ...(again && { again }) },
      at(hour),
    );

  it('after the limit leaves a person the time of the rule: nothing is declared because nobody decided in time', () => {
    const it = severe();
    it.send('merge', { into: 'INC-1' }, at(1));
    refused(it, 3, true);
    expect(it.state).toMatchObject({ status: 'waiting', dueAt: at(5) });
    expect(lastAlarm(it).text).toContain('INC-1: INC-1 refused it: it is an exercise. ');
    it.runUntil(at(4.6));
    expect(it.alarms().slice(-3)).toEqual([
      ['merge-failed', 3],
      ['50 %', 4],
      ['75 %', 4.5],
    ]);
    expect(foldCase(triageLifecycle, it.events)).toEqual(it.state);
  });

  it('is as it was in a history that began before that', () => {
    const it = severe();
    it.send('merge', { into: 'INC-1' }, at(1));
    refused(it, 3);
    expect(it.state).toMatchObject({ status: 'declaring', dueAt: at(2) });
  });
});

describe('a merge that the incident does not answer', () => {
  const unanswered = () => {
    const it = severe();
    it.send('merge', { into: 'INC-1' }, at(1));
    expect(decisionsOf(it.state)).toEqual(['declare']);
    expect(refusal(it.send('merge', { into: 'INC-2' }, at(2)))[0]).toMatch(/or declare an incident meanwhile$/);
    expect(it.send('declare', {}, at(2)).map(({ kind }) => kind)).toEqual(['triage-declared']);
    return { it, own: it.state.caseId.replace('TRG', 'INC') };
  };
  const wanted = (it: Case) => triageLifecycle.wantedWork(it.state).map(({ kind }) => kind);

  it('keeps nobody from declaring an incident; it is answered all the same, before the case is closed', () => {
    const { it, own } = unanswered();
    expect(wanted(it)).toEqual(['declare', 'merge']);
    it.comeOf({ kind: 'declared', incidentId: own, already: false }, at(2));
    expect([it.state.status, it.state.closedAt, wanted(it)]).toEqual(['merging', undefined, ['merge']]);
    it.comeOf({ kind: 'merged', into: 'INC-1' }, at(9));
    expect(it.state).toMatchObject({ status: 'declared', closedAt: at(9) });
    expect(incidents(it)).toEqual(['INC-1', own]);
    expect(foldCase(triageLifecycle, it.events)).toEqual(it.state);
  });

  it('and fails in the end leaves what was declared', () => {
    const { it, own } = unanswered();
    it.comeOf({ kind: 'merge-failed', into: 'INC-1', problem: 'gone', again: true }, at(2));
    expect([it.state.status, wanted(it)]).toEqual(['declaring', ['declare']]);
    it.comeOf({ kind: 'declared', incidentId: own, already: false }, at(2));
    expect(it.state).toMatchObject({ status: 'declared', closedAt: at(2) });
    expect(incidents(it)).toEqual([own]);
  });
});

describe('detections in several incidents', () => {
  it('are merged into a second one while they stay in the first, and leave either', () => {
    const it = minor();
    merged(it, 'INC-1', 1);
    merged(it, 'INC-2', 2);
    expect(incidents(it)).toEqual(['INC-1', 'INC-2']);
    expect(triageLifecycle.rows(it.state, at(2))[0]!.state).toBe('merged by anna · INC-1, merged by anna · INC-2');
    expect(refusal(it.send('unmerge', { reason: 'r' }, at(3)))[0]).toMatch(
      /several incidents: name one of INC-1, INC-2/,
    );
    unmerged(it, 'INC-1', 3);
    expect(it.state).toMatchObject({ status: 'merged', closedAt: at(3), decision: { incidentId: 'INC-2' } });
    expect(it.alarms().map(([threshold]) => threshold)).not.toContain('unmerged');
    expect(foldCase(triageLifecycle, it.events)).toEqual(it.state);
  });

  it('an incident is declared from merged ones, once; that stays when they leave the other', () => {
    const it = severe();
    merged(it, 'INC-1', 1);
    it.send('declare', {}, at(2));
    const own = it.state.caseId.replace('TRG', 'INC');
    it.comeOf({ kind: 'declared', incidentId: own, already: false }, at(2));
    expect(incidents(it)).toEqual(['INC-1', own]);
    expect(refusal(it.send('declare', {}, at(3)))).toEqual(['noted']);
    expect(decisionsOf(it.state)).toEqual(['merge', 'unmerge']);
    unmerged(it, 'INC-1', 3);
    expect(it.state).toMatchObject({ status: 'declared', closedAt: at(3) });
    expect(decisionsOf(it.state)).toEqual(['merge']);
  });

  it('a second merge that fails leaves them in the first', () => {
    const it = minor();
    merged(it, 'INC-1', 1);
    it.send('merge', { into: 'INC-2' }, at(2));
    it.comeOf({ kind: 'merge-failed', into: 'INC-2', problem: 'gone' }, at(2));
    expect(it.state).toMatchObject({ status: 'merged', closedAt: at(2) });
    expect(incidents(it)).toEqual(['INC-1']);
    expect(it.alarms().at(-1)).toEqual(['merge-failed', 2]);
    const { text, commands } = lastAlarm(it);
    expect(text).toContain('It could not be merged into INC-2: gone. ');
    // There is nothing to take out of anything.
    expect(commands.map(commandText).join()).not.toContain('unmerge');
  });

  it('to dismiss them each merge is undone first: what is printed for that is taken', () => {
    const it = minor();
    merged(it, 'INC-1', 1);
    merged(it, 'INC-2', 2);
    const [said] = refusal(it.send('dismiss', { reason: 'r' }, at(3)));
    for (const incident of ['INC-1', 'INC-2'])
      expect(said).toContain(`npx tocsin triage unmerge ${it.state.caseId} ${incident} --reason`);
  });

  it('a dismissal stays one: nothing is declared or merged from it', () => {
    const it = minor();
    it.send('dismiss', { reason: 'A load test' }, at(1));
    for (const [name, body] of [
      ['declare', {}],
      ['merge', { into: 'INC-1' }],
    ] as const)
      expect(refusal(it.send(name, body, at(2)))[0]).toMatch(/a decided case stays decided$/);
    expect(decisionsOf(it.state)).toEqual([]);
  });

  it('an incident is told nothing that a sender wrote as a text', () => {
    const it = new Case(
      triageInput({
        title: 'SECRET-WORDS of a sender',
        type: 'door.SECRET-WORDS',
        facts: { note: 'SECRET-WORDS' },
      }),
    );
    const joined = joinedOf(it.state, { decision: 'merged', by: 'anna' });
    expect(joined.detections).toMatchObject({
      caseId: it.state.caseId,
      source: 'monitoring',
      count: 1,
      firstAt: it.state.firstAt,
    });
    expect(JSON.stringify(joined)).not.toContain('SECRET-WORDS');
  });
});
