/** The graded report of an exercise as lines: each commitment, its grade, and its obligations. */
import type { Grade, Report } from '../commands/exercise/grade';
import type { Output, Style } from './output';
import { table } from './table';

const STYLES: Record<Grade, Style[]> = { kept: ['green'], late: ['red'], open: ['red'], 'not required': ['dim'] };

/** One line an obligation, under its commitment. The register has the reasons in full. */
export function reportLines(report: Report, out: Output): string[] {
  const rows = report.rows.flatMap((row) =>
    row.obligations.map((graded, i) => [
      { text: i === 0 ? row.commitment : '', paint: (text: string) => out.style(text, 'cyan') },
      graded.obligation,
      { text: graded.grade, paint: (text: string) => out.style(text, ...STYLES[graded.grade]) },
      graded.grade === 'not required' ? reason(graded.detail) : graded.detail,
    ]),
  );
  const columns = [
    { title: '' },
    { title: 'Obligation', flex: true },
    { title: 'Grade' },
    { title: 'On time by', flex: true },
  ];
  const count = (...grades: Grade[]) => report.rows.filter((row) => grades.includes(row.grade));
  const bad = count('late', 'open').map((row) => row.commitment);
  const verdict = report.ok
    ? out.style(
        `${count('kept').length} commitments kept, ${count('not required').length} not required, none late, none open.`,
        'green',
        'bold',
      )
    : out.style(`Not kept: ${bad.join(', ')}.`, 'red', 'bold');
  return [table(columns, rows, out.width, (text) => out.style(text, 'dim')), '', verdict];
}

/** The decision without its grounds: the register has them in full. */
function reason(detail: string): string {
  const text = detail.startsWith('waived') ? detail : detail.split(': ')[0]!;
  return text.length <= 70 ? text : `${text.slice(0, 69).trimEnd()}…`;
}
