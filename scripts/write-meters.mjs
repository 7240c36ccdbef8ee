/**
 * Writes docs/meters.md from the register maps in src/meters/models (built: `npx tsc -b src/meters`) and the text in
 * scripts/meters-frame.md, which stands around them.
 * `--check` writes nothing and ends with 1 when the page is stale.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { METER_MODELS } from '../build/src/meters/models/index.js';

const PAGE = new URL('../docs/meters.md', import.meta.url);
const FRAME = new URL('meters-frame.md', import.meta.url);

const table = (head, rows) =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

const line = ({ baud, parity, stopBits }) =>
  `${baud} baud, parity ${parity}, ${stopBits} stop bit${stopBits > 1 ? 's' : ''}`;

function overview() {
  return table(
    ['model', 'title', 'phases', 'over', 'sources'],
    METER_MODELS.map(({ id, title, phases, connections, confidence, unusable }) => [
      `[\`${id}\`](#${id})`,
      unusable ? `${title} (not for a circuit)` : title,
      phases,
      connections.join(', '),
      confidence === 'two sources' ? '2 or more' : '**one source**',
    ]),
  );
}

function setting({ row, values, text }) {
  return `Refused with ${row.name} ${values.join(', ')} (register ${row.address}, function ${row.functionCode}): ${text}.`;
}

function facts(model) {
  const {
    aliases,
    unitId,
    serial,
    limits,
    currents,
    confidence,
    notes,
    identity,
    probe,
    refusals = [],
    unusable,
  } = model;
  return [
    ...(aliases.length > 0 ? [`Also: ${aliases.map((alias) => `\`${alias}\``).join(', ')}.`] : []),
    ...(unusable ? [`Cannot guard a circuit: it ${unusable}.`] : []),
    ...(confidence === 'one source' ? ['**One source**: compare the values with the display of the meter.'] : []),
    `From the factory unit ${unitId}${serial ? `; ${line(serial)}` : ''}.`,
    `Reads of at most ${limits.maxRegisters} registers.`,
    ...(unusable
      ? []
      : [currents === 'signed' ? 'Currents have a sign.' : 'Currents get the sign of the phase power.']),
    ...(identity ? [`${identity.name} at ${identity.address}, function ${identity.functionCode}.`] : []),
    ...(probe
      ? [
          `Recognised by its ${probe.row.name} at ${probe.row.address}: ${probe.expected.map((one) => (typeof one === 'string' ? `\`${one}\`...` : one)).join(', ')}.`,
        ]
      : ['A scan can only tell that its voltages are plausible.']),
    ...refusals.map(setting),
    ...notes,
  ].map((text) => `- ${text[0].toUpperCase()}${text.slice(1)}`);
}

function section(model) {
  const rows = model.rows.map(({ measurand, address, functionCode, encoding, wordOrder, scale, unit }) => {
    const words = encoding.endsWith('16') ? '' : `, ${wordOrder}`;
    return [measurand, `${address} (0x${address.toString(16)})`, functionCode, `${encoding}${words}`, scale, unit];
  });
  const head = ['measurand', 'address', 'function', 'encoding, word order', 'scale', 'unit'];
  return [`### ${model.id}`, '', `${model.title}.`, '', ...facts(model), '', table(head, rows)].join('\n');
}

const page = readFileSync(FRAME, 'utf8')
  .replace('<!-- overview -->', overview())
  .replace('<!-- models -->', METER_MODELS.map(section).join('\n\n'))
  .replace(
    /^<!-- frame:.*-->$/m,
    '<!-- Written by scripts/write-meters.mjs: change scripts/meters-frame.md or src/meters/models. -->',
  );

if (!process.argv.includes('--check')) {
  writeFileSync(PAGE, page);
} else if (readFileSync(PAGE, 'utf8') !== page) {
  process.stderr.write('docs/meters.md is stale: run node scripts/write-meters.mjs\n');
  process.exitCode = 1;
}
