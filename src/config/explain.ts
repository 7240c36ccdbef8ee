/** An issue as the one line that an installer reads. */
import { guessText } from '../base/nearest.js';
import type { ConfigIssue } from './issue.js';

/** `FILE:LINE:COLUMN path: expected ..., got ...; did you mean "..."?` */
export function explainIssue(file: string, issue: ConfigIssue): string {
  return `${file}:${issue.line}:${issue.column} ${issue.path}: expected ${issue.expected}, got ${issue.got}${guessText(issue.nearest)}`;
}
