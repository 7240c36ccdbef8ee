/** An issue as the one line that an installer reads. */
import type { ConfigIssue } from './issue.js';

/** `FILE:LINE:COLUMN path: expected ..., got ...; did you mean "..."?` */
export function explainIssue(file: string, issue: ConfigIssue): string {
  const guess = issue.nearest === undefined ? '' : `; did you mean "${issue.nearest}"?`;
  return `${file}:${issue.line}:${issue.column} ${issue.path}: expected ${issue.expected}, got ${issue.got}${guess}`;
}
