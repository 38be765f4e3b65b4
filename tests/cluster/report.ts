import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { projectRoot } from '../../tools/system/plan';

export const reportFile = join(projectRoot, '.data', 'cluster-report.md');
const begun = Date.now();

export function beginReport(): void {
  mkdirSync(dirname(reportFile), { recursive: true });
  writeFileSync(reportFile, '# On a real cluster\n');
}

/** Says what is going on, on the terminal and in the report. */
export function note(text: string): void {
  const line = `${((Date.now() - begun) / 1_000).toFixed(0).padStart(4)} s  ${text}`;
  console.log(line);
  appendFileSync(reportFile, `\n${line}\n`);
}

/** What shows it: the output of a command, or an answer. */
export function evidence(of: string, text: string): void {
  appendFileSync(reportFile, `\n${of}\n\n\`\`\`\n${text.trimEnd()}\n\`\`\`\n`);
}
