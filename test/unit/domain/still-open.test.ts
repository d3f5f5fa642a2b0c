import { Story } from './helpers/story';

describe('what keeps an incident from closing says how to go on', () => {
  const story = new Story().to(1);
  story.send('close');
  const said = (id: string) => story.problems().find((problem) => problem.startsWith(`${id}: `));

  test('measures are recorded by `measure`: an assessment has no place for one', () => {
    expect(said('register-measures')).toMatch(/lacks a measure taken.*`npx tocsin measure INC-2026-001 /);
  });

  test('once a measure was recorded nothing is asked', () => {
    const told = new Story().to(1);
    told.send('measure', { text: 'All sessions ended' });
    told.send('close');
    expect(told.problems().filter((problem) => problem.startsWith('register-measures: '))).toEqual([]);
  });

  test('the record of notifications waits for them, and names no other command', () => {
    expect(said('register-notifications')).toMatch(/send or decide those first$/);
  });

  test('the review begins when the incident is resolved: nobody is sent to assess for it', () => {
    expect(said('post-incident-review')).toBe(
      'post-incident-review: begins when the incident is resolved: `npx tocsin status INC-2026-001 resolved`',
    );
    const resolved = new Story().to(1);
    resolved.send('status', { status: 'resolved' });
    resolved.send('close');
    expect(resolved.problems().join('\n')).not.toContain('post-incident-review: begins');
  });
});
