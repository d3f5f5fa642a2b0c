import { grade } from '../../../cli/commands/exercise/grade';
import { cutBytes } from '../../../client/start-options';
import { nearest } from '../../../domain/kernel/suggest';
import { pack, Story } from './helpers';

describe('the static summary', () => {
  it('is cut to its bytes on a character boundary', () => {
    const cut = cutBytes('é'.repeat(150), 200);
    expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(200);
    expect(cut).toBe(`${'é'.repeat(98)}…`);
    expect(cutBytes('🔔'.repeat(60), 200)).not.toContain('\ufffd');
    expect(cutBytes('short', 200)).toBe('short');
  });
});

describe('suggestions', () => {
  it('find what was meant, and nothing where nothing is near', () => {
    expect(nearest('aprove', ['approve', 'close'])).toBe('approve');
    expect(nearest('contianed', ['contained', 'resolved'])).toBe('contained');
    expect(nearest('zebra', ['contained', 'resolved'])).toBeUndefined();
  });
});

describe('the grade of an exercise', () => {
  it('is not passed while something is open or late, and names what', () => {
    const story = new Story({ serviceAffecting: false });
    story.do('2026-04-01T03:00:00.000Z', {
      command: 'message',
      message: { message: 'status', by: 'oncall', status: 'contained' },
    });
    const report = grade(story.events, pack);
    const row = (commitment: string) => report.rows.find((each) => each.commitment === commitment)!;
    expect(report.ok).toBe(false);
    expect(row('T1')).toMatchObject({ grade: 'kept', obligations: [{ detail: '1 h before the deadline' }] });
    expect(row('T2')).toMatchObject({ grade: 'late', obligations: [{ detail: 'late by 1 h' }] });
    expect(row('N5').grade).toBe('not required');
    expect(row('T4').grade).toBe('open');
  });

  it('has the commitments in their own order', () => {
    const rows = grade(new Story().events, pack).rows.map((row) => row.commitment);
    expect(rows.join(' ')).toBe('T1 T2 T3 T4 T5 T6 N1 N2 N3 N4 N5 R1 R2 R3 R4 R5 R6 R7');
  });
});
