/** The live table and the plain lines of the demo: whatever the site is like, they fit, and say what matters. */
import t from 'tap';
import { Board } from '../../src/cli/demo/board.js';
import { summaryLines } from '../../src/cli/demo/lines.js';
import type { Picture } from '../../src/cli/demo/picture.js';
import { drawTable } from '../../src/cli/demo/table.js';
import { Tally } from '../../src/cli/demo/tally.js';
import { statusTopics } from '../../src/northbound/topics.js';
import type { SiteStatus } from '../../src/ports/status-sink.js';
import { sampleChargePoint, sampleStatus } from '../helpers/sample-status.js';

const ROOT = 'evenkeel/x';
const HEARD_AT_MS = 1_000;
const SURFACE = { columns: 80, rows: 24, colour: false };
const LONG_ID = 'a-charge-point-with-a-long-id-32';

/** As the broker hands it out, through the product's own mapping. */
function boardOf(status: SiteStatus, presence = 'online'): Board {
  const board = new Board();
  for (const { topic, payload } of statusTopics(ROOT, status)) {
    const [level = '', id = ''] = topic.slice(ROOT.length + 1).split('/');
    board.hear(level, id, payload, HEARD_AT_MS);
  }
  board.hear('status', '', presence, HEARD_AT_MS);
  return board;
}

function pictureOf(board: Board, changes: Partial<Picture> = {}): Picture {
  const names = ['broker', 'master', 'meter', 'cp1', 'cp2', 'cp3', 'cp4', 'cp5', 'cp6'];
  return {
    siteName: 'Demo garage',
    dayMinute: 990.5,
    factor: 60,
    uptimeMs: 61_000,
    nowMs: HEARD_AT_MS + 400,
    brokerIsUp: true,
    board,
    processes: names.map((name, index) => ({
      name,
      key: index < 3 ? 'bkm'.charAt(index) : `${index - 2}`,
      pid: 4_194_304,
    })),
    log: Array.from({ length: 30 }, (_, index) => {
      return { clock: '21:03:07', level: 'warn', event: 'METER_LOST', text: `${index} \x1b[2J\n${'long '.repeat(40)}` };
    }),
    ...changes,
  };
}

/** The shape of the demo's own site: two circuits, six charge points, one meter. */
function demoSite(changes: Partial<SiteStatus> = {}): SiteStatus {
  const { circuits } = sampleStatus();
  const ids = [LONG_ID, 'cp2', 'cp3', 'cp4', 'cp5', 'cp6'];
  const chargePoints = ids.map((id) => sampleChargePoint({ id, state: 'SuspendedEVSE', currentA: [16, 0, 31.94] }));
  return sampleStatus({ circuits, chargePoints, ...changes });
}

function withoutColour(text: string): string {
  return text.replace(new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g'), '');
}

t.test('every frame fits its terminal, and no text from outside steers it', async (t) => {
  const alarms = ['METER_LOST', 'SLAVE_LOST', 'OVERLOAD', 'TWO_MASTERS'].map((code) => {
    return { code, active: true, text: `${LONG_ID} `.repeat(9), sinceWallMs: 0 };
  });
  const boards = [new Board(), boardOf(demoSite()), boardOf(sampleStatus({ alarms })), boardOf(demoSite(), 'offline')];
  for (const [columns, rows] of [
    [80, 24],
    [60, 18],
    [200, 60],
    [1, 1],
  ] as const) {
    for (const [index, board] of boards.entries()) {
      for (const colour of [false, true]) {
        const lines = drawTable(pictureOf(board, { brokerIsUp: index % 2 === 1 }), { columns, rows, colour });
        const plain = lines.map(withoutColour);
        t.ok(plain.length <= rows, `board ${index}: ${plain.length} lines in ${rows} rows`);
        const longest = Math.max(...plain.map((line) => line.length));
        t.ok(longest < columns || columns === 1, `board ${index}: ${longest} characters in ${columns} columns`);
        t.ok(
          plain.every((line) => /^[ -~]*$/.test(line)),
          'plain ASCII',
        );
      }
    }
  }
});

t.test('at 80 x 24 the whole site, its alarm, five log lines and the keys are there', async (t) => {
  const lines = drawTable(pictureOf(boardOf(demoSite())), SURFACE);
  t.equal(lines.length, 24);
  const text = lines.join('\n');
  t.match(lines[0], /^evenkeel demo {2}Demo garage {3}day 16:30 \(1 s = 1 min\) {3}up 1:01 {3}1 of 2 online$/);
  t.match(lines[1], /^broker up {3}master up, epoch 7 {3}data 0\.4 s old {3}meter grid 0\.3 s old$/);
  t.match(lines[3], /^main {5}L1 {4}37\.0 {3}100 {2}\[######\.{10}\] {5}27\.1 {5}10 {5}16 of 63$/);
  t.match(text, /\n {9}L3 {4}-1\.2 /, 'feed-in is negative');
  t.match(
    text,
    /\ngarage {3}L1 {4}96\.0 {4}63 {2}\[#{16}\].* OVER\n/,
    'without a meter: what the charge points report',
  );
  t.match(text, /\na-charg~ SuspendedEVSE {2}10 A {2}16\.0 {4}- 31\.9 {2}13\.2 s {2}garage L2 full\n/);
  t.match(text, /\nALARM METER_LOST heating: no answer\n/);
  t.equal(lines.filter((line) => line.includes('METER_LOST')).length, 6, 'the alarm and five log lines');
  t.match(lines[22], /^kill -9: b broker 4194304 {3}k master 4194304 {3}m meter 4194304 {3}q quits$/);
  t.match(lines[23], /^cp: 1 4194304 {2}.*6 4194304/);
});

t.test('what is down or old is said, and nothing old is shown as fresh', async (t) => {
  const silent = sampleChargePoint({ online: false, leaseLeftMs: 2_500, reason: { kind: 'offline' } });
  const [meter] = sampleStatus().meters;
  const circuits = sampleStatus().circuits.map((circuit) => ({ ...circuit, measuredA: null }));
  const lost = demoSite({ circuits, chargePoints: [silent], meters: meter ? [{ ...meter, online: false }] : [] });
  const board = boardOf(lost);
  const text = drawTable(pictureOf(board, { nowMs: HEARD_AT_MS + 1_000 }), SURFACE).join('\n');
  t.match(text, /meter grid LOST, 1\.3 s old/);
  t.match(text, /\nmain {5}L1 {7}\? {3}100 {2}\[\?+\]/);
  t.match(text, /\ncp1 {6}SILENT .* 1\.5 s {2}falls to its own limit\n/, 'its lease runs on');
  t.match(drawTable(pictureOf(board, { brokerIsUp: false }), SURFACE)[1], /^broker DOWN {3}data 0\.4 s old/);
  board.hear('status', '', 'offline', HEARD_AT_MS);
  t.match(drawTable(pictureOf(board), SURFACE)[1], /^broker up {3}master OFFLINE {3}data 0\.4 s old/);
  board.forgetPresence();
  t.match(drawTable(pictureOf(board), SURFACE)[1], /master not heard yet/);
  const dead = pictureOf(board, { processes: [{ name: 'meter', key: 'm', pid: undefined }] });
  t.match(drawTable(dead, SURFACE).join('\n'), /m meter down/);
});

t.test('garbage on the broker is left out', async (t) => {
  const board = boardOf(demoSite());
  for (const level of ['site', 'circuit', 'chargepoint', 'meter', 'alarm', 'status', 'elsewhere']) {
    for (const payload of ['{', 'null', '[]', '{}', '{"limitA":"x","reason":7,"parent":"y","currentA":[1]}']) {
      board.hear(level, 'y', payload, HEARD_AT_MS);
      board.hear(level, '', payload, HEARD_AT_MS);
    }
  }
  board.hear('status', '', 'online', HEARD_AT_MS);
  t.equal(drawTable(pictureOf(board), SURFACE).length, 24);
  board.hear('chargepoint', 'y', '', HEARD_AT_MS);
  t.notOk(board.chargePoints.has('y'), 'an empty payload clears a topic');
});

t.test('the plain lines say the same', async (t) => {
  const picture = pictureOf(boardOf(demoSite()));
  const [main, garage, points] = summaryLines(picture, '21:03:07');
  t.equal(
    main,
    '21:03:07 SITE         main   L1 37.0/100 A  L2 20.0/100 A  L3 -1.2/100 A; building 27/20/0; limits 10/0/0; worst case 16/0/0 of 63/63/63',
  );
  t.match(garage, / garage L1 96\.0\/63 A OVER {2}L2 0\.0\/63 A /);
  t.match(points, / day 16:30; meter grid 0\.3 s old; .*cp2 limit 10 A, 31\.9 A on L1\+L3/);
  t.match(summaryLines({ ...picture, brokerIsUp: false }, '')[2], /day 16:30 \(broker down, data 0\.4 s old\);/);
});

t.test('the tally: highest current, longest time above the limit, changes of limits', async (t) => {
  const tally = new Tally();
  const show = (measuredA: number, limitA: number, nowMs: number): void => {
    const circuits = sampleStatus()
      .circuits.slice(0, 1)
      .map((circuit) => {
        return { ...circuit, measuredA: [measuredA, 0, 0] as const };
      });
    const board = boardOf(demoSite({ circuits, chargePoints: [sampleChargePoint({ limitA })] }));
    tally.see(board, 'circuit', 'main', nowMs);
    tally.see(board, 'chargepoint', 'cp1', nowMs);
  };
  show(100, 16, 0);
  t.match(tally.lines()[0], /^main {5}L1 {2}highest 100\.0 A of 100 A, never above$/, 'at the limit is not above it');
  for (const [amps, atMs] of [
    [101, 1_000],
    [120, 2_000],
    [104, 3_000],
    [99, 3_500],
    [101, 4_000],
  ] as const) {
    show(amps, amps > 110 ? 10 : 16, atMs);
  }
  t.match(tally.lines()[0], /highest 120\.0 A of 100 A, above for 2\.5 s at the longest$/);
  show(101, 16, 60_000);
  t.match(tally.lines()[0], /above for 2\.5 s/, 'a pause without values is no time above');
  t.equal(tally.limitChanges, 2);
});
