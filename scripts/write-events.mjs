/**
 * Writes docs/events.md from the table in src/base/events.ts (built: `npx tsc -b src/base`).
 * `--check` writes nothing and ends with 1 when the page is stale.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { EVENTS } from '../build/src/base/events.js';

const PAGE = new URL('../docs/events.md', import.meta.url);

const page = `# Events

<!-- Written by scripts/write-events.mjs from src/base/events.ts: change the table there. -->

Every line of the log carries one of these codes, and the alarms on MQTT use the same ones. The codes stay as they are;
the text that follows a code may change.

| code | meaning |
| --- | --- |
${Object.entries(EVENTS)
  .map(([code, meaning]) => `| \`${code}\` | ${meaning} |`)
  .join('\n')}

\`\`\`sh
journalctl -u evenkeel -f                 # everything, as it comes
journalctl -u evenkeel -p warning         # what needs attention
journalctl -u evenkeel | grep METER_      # all about meters
\`\`\`
`;

if (!process.argv.includes('--check')) {
  writeFileSync(PAGE, page);
} else if (readFileSync(PAGE, 'utf8') !== page) {
  process.stderr.write('docs/events.md is stale: run node scripts/write-events.mjs\n');
  process.exitCode = 1;
}
