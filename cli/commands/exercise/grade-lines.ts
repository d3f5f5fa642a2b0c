/** A graded exercise as lines: each commitment, its grade, and its obligations. */

import type { Output, Style } from '../../rendering/output';
import { table } from '../../rendering/table';
import type { ExerciseGrade, Grade } from './grade';

const STYLES: Record<Grade, Style[]> = { kept: ['green'], late: ['red'], open: ['red'], 'not required': ['dim'] };

/** One line an obligation, under its commitment. The register has the reasons in full. */
export function gradeLines(graded: ExerciseGrade, out: Output): string[] {
  const rows = graded.rows.flatMap((row) =>
    row.obligations.map((one, i) => [
      { text: i === 0 ? row.commitment : '', paint: (text: string) => out.style(text, 'cyan') },
      one.obligation,
      { text: one.grade, paint: (text: string) => out.style(text, ...STYLES[one.grade]) },
      one.grade === 'not required' ? reason(one.detail) : one.detail,
    ]),
  );
  const columns = [
    { title: '' },
    { title: 'Obligation', flex: true },
    { title: 'Grade' },
    { title: 'On time by', flex: true },
  ];
  const count = (...grades: Grade[]) => graded.rows.filter((row) => grades.includes(row.grade));
  const bad = count('late', 'open').map((row) => row.commitment);
  const verdict = graded.ok
    ? out.style(verdictOf(graded, count('kept').length), 'green', 'bold')
    : out.style(`Not kept: ${bad.join(', ')}.`, 'red', 'bold');
  return [table(columns, rows, out.width, (text) => out.style(text, 'dim')), '', verdict];
}

/** What is counted is the commitments of the policy, each kept by the duties in its rows. */
function verdictOf({ rows }: ExerciseGrade, kept: number): string {
  const idle = rows.length - kept;
  const rest = idle > 0 ? ` The other ${idle === 1 ? 'one asked' : `${idle} asked`} for nothing in this incident.` : '';
  return `${kept} of the ${rows.length} commitments of the policy kept, none late, none open.${rest}`;
}

/** The decision without its grounds: the register has them in full. */
function reason(detail: string): string {
  const text = detail.startsWith('waived') ? detail : detail.split(': ')[0]!;
  return text.length <= 70 ? text : `${text.slice(0, 69).trimEnd()}…`;
}
