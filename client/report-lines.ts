/** The graded report of an exercise as lines: each commitment, its grade, and its obligations. */
import type { Grade, Report } from './grade';
import type { Output, Style } from './output';
import { table } from './table';

const STYLES: Record<Grade, Style[]> = { kept: ['green'], late: ['red'], open: ['red'], 'not required': ['dim'] };

/** One line an obligation, under its commitment. Long reasons are cut: the register has them in full. */
export function reportLines(report: Report, out: Output): string[] {
  const rows = report.rows.flatMap((row) =>
    row.obligations.map((graded, i) => [
      { text: i === 0 ? row.commitment : '', paint: (text: string) => out.style(text, 'cyan') },
      graded.obligation,
      { text: graded.grade, paint: (text: string) => out.style(text, ...STYLES[graded.grade]) },
      graded.grade === 'not required' ? cut(graded.detail, 70) : graded.detail,
    ]),
  );
  const columns = [
    { title: '' },
    { title: 'Obligation', flex: true },
    { title: 'Grade' },
    { title: 'On time by', flex: true },
  ];
  const bad = report.rows.filter((row) => row.grade === 'late' || row.grade === 'open').map((row) => row.commitment);
  const verdict = report.ok
    ? out.style(`All ${report.rows.length} commitments were kept.`, 'green', 'bold')
    : out.style(`Not kept: ${bad.join(', ')}.`, 'red', 'bold');
  return [table(columns, rows, out.width, (text) => out.style(text, 'dim')), '', verdict];
}

function cut(text: string, max: number): string {
  return text.length <= max ? text : `${text.slice(0, max - 1).trimEnd()}…`;
}
