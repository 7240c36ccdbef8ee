/** The times and bounds on docs/protocol.md must be the ones that the product works with. */
import { readFileSync } from 'node:fs';
import t from 'tap';
import { defined } from '../../src/base/assert.js';
import { parseConfig } from '../../src/config/parse.js';
import { DATAGRAM_BYTES_MAX, HEADER_BYTES, PADDED_BYTES, TAG_BYTES } from '../../src/discovery/codec.js';
import * as rules from '../../src/dlm/leases/lease-rules.js';
import { PHASE_DROPPED_AFTER_MS, PHASE_IN_USE_A } from '../../src/dlm/leases/slave.js';
import { page, table } from './page.js';

/** A number of the source that is not exported: `const NAME: Ms = 30_000;` */
function inSource(path: string, name: string): number {
  const text = readFileSync(new URL(`../../../src/${path}`, import.meta.url), 'utf8');
  const found = new RegExp(`^const ${name}(?:: \\w+)? = ([\\d._]+);`, 'm').exec(text)?.[1];
  return Number(defined(found, `${name} in ${path}`).replaceAll('_', ''));
}

const SLAVE = 'runtime/slave.ts';
const MASTER = 'runtime/master.ts';

function defaults() {
  const parsed = parseConfig('site: x\ncircuits: [{ id: main, limitA: 63 }]\n', { meterModels: [] });
  if (!parsed.ok || parsed.value.role !== 'master') throw new Error('the smallest configuration is good');
  return parsed.value;
}

t.test('the table of numbers', async (t) => {
  const heartbeatMs = rules.HEARTBEAT_MS;
  t.strictSame(Object.fromEntries(table('name | value').map(([name, value]) => [name, value])), {
    heartbeat: `${heartbeatMs} ms`,
    step: `${inSource(SLAVE, 'STEP_MS')} ms`,
    'report change': `${inSource(SLAVE, 'REPORT_CHANGE_A')} A`,
    'phase dropped': `${PHASE_DROPPED_AFTER_MS} ms`,
    'phase in use': `${PHASE_IN_USE_A} A`,
    HOLD: `${rules.HOLD_MS} ms`,
    'master forgotten': `${inSource(SLAVE, 'MASTER_FORGOTTEN_MS')} ms`,
    masters: `${inSource(SLAVE, 'MASTERS_MAX')}`,
    lease: `${defaults().site.leaseMs} ms`,
    settle: `${rules.SETTLE_MS} ms`,
    clock: `${rules.CLOCK_DRIFT * 100} %`,
    'lease margin': `${rules.LEASE_MARGIN_MS} ms`,
    silent: `${rules.OFFLINE_AFTER_MS} ms`,
  });
});

/** What the text says with numbers in it, made from the numbers of the source. */
function sentences(): readonly string[] {
  const { discovery, site } = defaults();
  const acknowledged = [rules.LEASE_MAX_MS, rules.LEASE_MIN_MS].map(rules.acknowledgementMaxAgeMs);
  const [least = 0, most = 0] = acknowledged.map((ageMs) => ageMs / 1000);
  const beaconS = inSource(MASTER, 'BEACON_PERIOD_MS') / 1000;
  return [
    `a BEACON to port **${discovery.port}**`,
    `port ${discovery.port + 1} by default`,
    `every ${inSource(MASTER, 'BEACON_FIRST_MS')} ms at first, then every ${beaconS} s`,
    `every master that you hear, up to ${inSource(SLAVE, 'MASTERS_MAX')},`,
    `Forget a master after ${inSource(SLAVE, 'MASTER_FORGOTTEN_MS') / 1000} s without a BEACON`,
    `(0 to 65535, ${site.networkId} by default)`,
    `at most ${DATAGRAM_BYTES_MAX} bytes`,
    `less than ${HEADER_BYTES + TAG_BYTES} or more than ${DATAGRAM_BYTES_MAX} bytes`,
    `**BEACON, STATUS and ASK have at least ${PADDED_BYTES} bytes**`,
    `can set ${rules.LEASE_MIN_MS} to ${rules.LEASE_MAX_MS}`,
    `assume ${site.leaseMs} where the master has the default, and ${rules.LEASE_MAX_MS} where you cannot know`,
    `Once per cycle (${site.samplePeriodMs / 1000} s by default`,
    `(plus ${rules.CLOCK_DRIFT * 200} % and ${rules.LEASE_MARGIN_MS} ms)`,
    `at most ${rules.MEASURING_TOLERANCE_A} A above the new limit, or ${rules.SETTLE_MS / 1000} s after`,
    `More than ${rules.OVERDRAW_TOLERANCE_A} A above it`,
    `for ${rules.OFFLINE_AFTER_MS / 1000} s you are offline`,
    `${Math.floor(least)} to ${Math.ceil(most)} s after the last acknowledged one`,
  ];
}

t.test('numbers in the text', async (t) => {
  const flowing = page.replace(/\s+/g, ' ');
  for (const sentence of sentences()) t.ok(flowing.includes(sentence), sentence);
  const highest = parseConfig('site: x\nnetworkId: 65536\ncircuits: [{ id: main, limitA: 63 }]\n', { meterModels: [] });
  t.notOk(highest.ok, 'a network id above 65535 is refused');
});
