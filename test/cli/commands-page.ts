/** docs/commands.md: its examples are what the program says, and it names every command of the socket. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { slavesText } from '../../src/cli/control/slaves-text.js';
import { statusText } from '../../src/cli/control/status-text.js';
import { answerLine } from '../../src/daemon/control-protocol.js';
import { fail, ok } from '../../src/base/result.js';
import type { CommandPort } from '../../src/ports/commands.js';
import { silenceCause } from '../../src/runtime/silence-cause.js';
import { closedTcpPort, Daemon, fileIn, folder, output, PROGRAM, ROOT } from '../helpers/daemon-process.js';
import {
  SAMPLE_REASONS,
  sampleAnswer,
  sampleChargePoint,
  sampleSlave,
  sampleStatus,
  sampleUnread,
} from '../helpers/sample-status.js';
import { simulatedMeter } from './meter-site.js';
import { aside } from './world.js';

const page = readFileSync(join(ROOT, 'docs/commands.md'), 'utf8');

/** What stands after "$ command" in the page, up to the end of its block. */
function shown(command: string): string {
  const from = page.indexOf(`$ ${command}\n`);
  if (from === -1) throw new Error(`the page does not show ${command}`);
  const rest = page.slice(page.indexOf('\n', from) + 1);
  return rest.slice(0, rest.indexOf('```'));
}

/** The configuration on the page that begins so. */
function yamlAbout(beginning: string): string {
  const found = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, yaml = '']) => yaml);
  const yaml = found.find((each) => each.startsWith(beginning));
  if (yaml === undefined) throw new Error(`the page has no configuration with ${beginning}`);
  return yaml;
}

const [MAIN, GARAGE] = sampleStatus().circuits;
if (!MAIN || !GARAGE) throw new Error('two circuits');
const FLOWS = { sumOfLimitsA: [16, 6, 6], exposureA: [22, 6, 6] } as const;

const UNREAD = [
  sampleUnread(),
  sampleUnread({
    address: '10.0.0.90:16030',
    host: '10.0.0.90',
    why: 'foreign',
    claims: { kind: 'master', id: 'north-1' },
    networkId: 7,
    count: 31,
  }),
];

const STATUS = sampleAnswer({
  unread: UNREAD,
  silent: [
    {
      id: 'cp3',
      wasHeard: false,
      because: silenceCause('cp3', UNREAD, { networkId: 0, isSigned: true }),
      address: '10.0.0.33:16031',
    },
  ],
  slavesOnline: 2,
  slavesKnown: 3,
  sums: { ...sampleStatus().sums, free: 0, occupied: 2, charging: 1, outOfService: 1 },
  circuits: [
    { ...MAIN, ...FLOWS },
    { ...GARAGE, ...FLOWS, limitA: [25, 25, 25], capacityA: [22, 22, 22] },
  ],
  chargePoints: [
    sampleChargePoint({ reasonText: 'garage L1 full' }),
    sampleChargePoint({
      id: 'cp2',
      state: 'SuspendedEVSE',
      limitA: 0,
      exposureA: 0,
      currentA: [0, 0, 0],
      powerW: 0,
      sessionWh: 1_234,
      chargingMs: 420_000,
      reason: SAMPLE_REASONS.shortage,
      reasonText: 'paused, garage L1 has no minimum left, yields to cp1',
      queue: { place: 1, nextInMs: 360_000 },
    }),
    sampleChargePoint({
      id: 'cp3',
      online: false,
      limitA: 6,
      exposureA: 6,
      currentA: [0, 0, 0],
      powerW: 0,
      pluggedInMs: 0,
      leaseLeftMs: 0,
      reason: SAMPLE_REASONS.offline,
      reasonText: 'not heard: what it may take stays reserved',
    }),
  ],
});

const CP1 = sampleSlave({
  heardAgoMs: 300,
  firmware: 'v5.2',
  address: '10.0.0.31:16031',
  keptBecause: 'is listed in the configuration: take it out there',
});

t.test('status and slaves list, as the program prints them', async (t) => {
  t.equal(shown('evenkeel status'), `${statusText(STATUS)}\n`);
  const cp3 = { ...CP1, id: 'cp3', membership: 'adopted', online: false, heardAgoMs: 400_000, address: null } as const;
  const cp7 = { ...CP1, id: 'cp7', membership: 'waiting', address: '10.0.0.37:16031' } as const;
  t.equal(shown('evenkeel slaves list'), `${slavesText([CP1, { ...cp3, firmware: '' }, cp7])}\n`);
});

t.test('the lines of the socket', async (t) => {
  const commands: CommandPort = {
    status: () => STATUS,
    slaves: () => [],
    adopt: async (id) => ok({ id, changed: true, notWritten: null }),
    forget: async (id) => fail(`${id} is still heard: switch it off first`),
    set: async (id) => ok({ id, changed: true, notWritten: null }),
    clear: async () => ok({ forgotten: ['cp7'], kept: [], notWritten: null }),
    input: (id, state) => ok({ id, state }),
  };
  const block = /```json\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
  const lines = block.trimEnd().split('\n');
  t.ok(lines.length >= 6);
  for (let index = 0; index < lines.length; index += 2) {
    const question = lines[index] ?? '';
    t.equal(JSON.stringify(await answerLine(question, commands)), lines[index + 1], question);
  }
  const every = await answerLine('{}', commands);
  const names = (!every.ok && /one of ([a-z, ]+), got/.exec(every.error)?.[1]) || '';
  for (const name of names.split(', ')) t.match(page, `| \`${name}\` |`);
});

aside('check of an unsafe file, as the page shows it', async (t) => {
  const yaml = yamlAbout('site: Unsafe');
  const directory = folder(t);
  fileIn(directory, 'unsafe.yaml', yaml);
  const bash = new Daemon('bash', ['-c', `cd "${directory}" && "${PROGRAM}" check -c unsafe.yaml 2>&1`]);
  t.match(await bash.ended, { code: 78 });
  t.equal(bash.stdout, shown('evenkeel check -c unsafe.yaml'));
});

aside('meter read, meter scan and simulate meter, as the page shows them', async (t) => {
  const directory = folder(t);
  const [meter, closed] = [await simulatedMeter(t, '--current', '37 20 -1.2'), await closedTcpPort()];
  const asShown = (text: string): string =>
    text
      .replaceAll(String(meter.port), '5020')
      .replaceAll(String(closed), '5021')
      .replace(/^\d+ ms old; polled in \d+ ms$/m, '8 ms old; polled in 8 ms');
  const yaml = yamlAbout('site: Car park north').replace('5020', String(meter.port)).replace('5021', String(closed));
  fileIn(directory, 'site.yaml', yaml);
  const run = async (command: string): Promise<string> => {
    const line = command.replace('evenkeel', `"${PROGRAM}"`).replace('5020', String(meter.port));
    const bash = new Daemon('bash', ['-c', `cd "${directory}" && ${line} 2>&1`]);
    await bash.ended;
    return asShown(bash.stdout);
  };
  const read = 'evenkeel meter read grid -c site.yaml';
  t.equal(await run(read), shown(read));
  const silent = 'evenkeel meter read heating -c site.yaml';
  t.equal(await run(silent), shown(silent));
  const scan = 'evenkeel meter scan tcp://127.0.0.1:5020 > new.yaml';
  const progress = await run(`${scan.replace(' >', ' 2>&1 >')}; echo '$ cat new.yaml'; cat new.yaml`);
  t.equal(progress, shown(scan));
  t.match(await run('evenkeel check -c new.yaml'), 'new.yaml: good');
  t.equal(`${asShown(meter.process.text[0] ?? '')}\n`, shown('evenkeel simulate meter --current "37 20 -1.2"'));
  const json = JSON.parse(await run(`${read} --json`)) as Readonly<Record<string, unknown>>;
  for (const field of Object.keys(json)) t.match(page, new RegExp(`\\| .*\`${field}\``), field);
});

/** Figures differ from version to version, and with them how wide the columns are. */
function withoutFigures(text: string): string {
  return text
    .replace(/^digest .*$/m, 'digest N')
    .replace(/\d+(?:\.\d+)?/g, 'N')
    .replace(/(?<= )(?:N s|-)(?=\s)/g, 'TIME')
    .replace(/ +/g, ' ');
}

aside('simulate site, as the page shows it', async (t) => {
  const command = 'evenkeel simulate site --scenario etc/scenarios/meter-dies.yaml --hours 0.15';
  const { code, stdout } = await output(command.split(' ').slice(1));
  t.equal(code, 0);
  t.equal(withoutFigures(stdout), withoutFigures(shown(command)));
});
