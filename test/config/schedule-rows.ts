/** Schedules with one thing wrong, with the line that an installer reads; and what a good one turns into. */
import t from 'tap';
import { describe } from '../../src/config/report.js';
import { edited, GOOD, good, goodMaster, issueLines, type Row, walk } from './support.js';

const OF_CIRCUIT = `    schedule:
      timeZone: Europe/Berlin
      rows:
        - { days: Mo-Fr, from: 06:00, to: 20:00, limitA: 40 }
        - { days: [Sa, "2026-12-24..2026-12-26"], from: 22:00, to: 06:00, limitA: [63, 0, 50.5] }
`;
const OF_CHARGE_POINT = `    schedule: { timeZone: UTC, rows: [{ days: 2026-12-31, from: 00:00, to: 24:00, limitA: 32 }] }
`;
/** Line numbers of the rows count in here: the schedule of the circuit begins in line 13, that of the charge point in line 33. */
const SCHEDULED = edited(
  edited(GOOD, '    operatorLimitA: 50\n', `    operatorLimitA: 50\n${OF_CIRCUIT}`),
  '    maxA: 32\n',
  `    maxA: 32\n${OF_CHARGE_POINT}`,
);

const ZONE = 'an IANA time zone such as Europe/Berlin';
const DAYS =
  'days such as Mo-Fr or Sa (Mo, Tu, We, Th, Fr, Sa, Su), or dates such as 2026-12-24 or 2026-12-24..2026-12-31';
const OR_LIST = 'days of the week or dates, or a list of them such as [Mo, We] or ["2026-12-24", Su]';
const TIME = 'a time of day from 00:00 to 23:59, such as "17:00"';
const END = 'a time of day from 00:00 to 24:00, such as "20:00"';
const ROW_0 = 'circuits[1].schedule.rows[0]';

const ROWS: readonly Row[] = [
  ['nothing', 'Europe/Berlin', 'America/Argentina/Buenos_Aires'],
  [
    'a zone that is nearly right',
    'Europe/Berlin',
    'Europe/Berlim',
    `14:17 circuits[1].schedule.timeZone: expected ${ZONE}, got "Europe/Berlim"; did you mean "Europe/Berlin"?`,
  ],
  [
    'a city alone',
    'Europe/Berlin',
    'berlin',
    `14:17 circuits[1].schedule.timeZone: expected ${ZONE}, got "berlin"; did you mean "Europe/Berlin"?`,
  ],
  [
    'the rules of a zone',
    'Europe/Berlin',
    'CET-1CEST',
    `14:17 circuits[1].schedule.timeZone: expected ${ZONE}, got "CET-1CEST"`,
  ],
  ['a number for a zone', 'Europe/Berlin', '1', `14:17 circuits[1].schedule.timeZone: expected ${ZONE}, got 1`],
  [
    'a zone forgotten',
    '      timeZone: Europe/Berlin\n',
    '',
    `14:7 circuits[1].schedule.timeZone: expected ${ZONE}, got nothing`,
  ],
  [
    'a key without its unit',
    'to: 20:00, limitA',
    'to: 20:00, limit',
    `16:50 ${ROW_0}.limit: expected one of the keys days, from, to, limitA, got "limit"; did you mean "limitA"?`,
  ],
  [
    'days in German',
    'days: Mo-Fr',
    'days: Mo-So',
    `16:19 ${ROW_0}.days: expected ${DAYS}, got "Mo-So"; did you mean "Mo-Su"?`,
  ],
  [
    'days in full',
    'days: [Sa,',
    'days: [saturday,',
    `17:20 circuits[1].schedule.rows[1].days[0]: expected ${DAYS}, got "saturday"; did you mean "Sa"?`,
  ],
  ['no days', 'days: Mo-Fr', 'days: holidays', `16:19 ${ROW_0}.days: expected ${DAYS}, got "holidays"`],
  ['a number of a day', 'days: Mo-Fr', 'days: 1', `16:19 ${ROW_0}.days: expected ${OR_LIST}, got 1`],
  [
    'an empty list of days',
    'days: Mo-Fr',
    'days: []',
    `16:19 ${ROW_0}.days: expected a list of days, at least 1, got a list of 0`,
  ],
  [
    'a date that no calendar has',
    'days: Mo-Fr',
    'days: 2027-02-29',
    `16:19 ${ROW_0}.days: expected a day of the calendar, and 2027-02-29 is none, got "2027-02-29"`,
  ],
  ['a leap day', 'days: Mo-Fr', 'days: 2028-02-29'],
  [
    'the thirteenth month',
    '2026-12-26',
    '2026-13-01',
    '17:24 circuits[1].schedule.rows[1].days[1]: expected a day of the calendar, and 2026-13-01 is none, got "2026-12-24..2026-13-01"',
  ],
  [
    'dates backwards',
    '"2026-12-24..2026-12-26"',
    '2026-12-26..2026-12-24',
    '17:24 circuits[1].schedule.rows[1].days[1]: expected dates from the first to the last, such as 2026-12-24..2026-12-26, got "2026-12-26..2026-12-24"',
  ],
  ['an hour with one digit', 'from: 06:00', 'from: 6:00', `16:32 ${ROW_0}.from: expected ${TIME}, got "6:00"`],
  ['a row that begins at the end', 'from: 06:00', 'from: 24:00', `16:32 ${ROW_0}.from: expected ${TIME}, got "24:00"`],
  ['a minute that no hour has', 'to: 20:00', 'to: 19:60', `16:43 ${ROW_0}.to: expected ${END}, got "19:60"`],
  ['a row without an end', ' to: 20:00,', '', `16:11 ${ROW_0}.to: expected ${END}, got nothing`],
  [
    'a row that ends when it begins',
    'to: 20:00',
    'to: 06:00',
    `16:43 ${ROW_0}.to: expected another time than from ("00:00" to "24:00" is the whole day), got "06:00"`,
  ],
  ['rows that overlap', 'days: Mo-Fr', 'days: Mo-Su'],
  ['as much as the fuse', 'limitA: 40', 'limitA: 63'],
  [
    'more than the fuse',
    'limitA: 40',
    'limitA: 63.5',
    `16:58 ${ROW_0}.limitA: expected at most limitA of the circuit, 63 A on each phase, got 63.5 A`,
  ],
  [
    'more than the fuse on two phases',
    '[63, 0, 50.5]',
    '[64, 0, 64]',
    '17:83 circuits[1].schedule.rows[1].limitA: expected at most limitA of the circuit, 63 A on L1 and L3, got 64 A',
  ],
  [
    'more than the charge point may',
    'limitA: 32 }',
    'limitA: 33 }',
    '33:91 chargePoints[0].schedule.rows[0].limitA: expected at most maxA, 32 A, got 33 A',
  ],
  [
    'a charge point by phases',
    'limitA: 32 }',
    'limitA: [32, 32, 32] }',
    '33:91 chargePoints[0].schedule.rows[0].limitA: expected a current in A, 0 to 500, got a list of 3',
  ],
];

walk('a schedule with one thing wrong', SCHEDULED, ROWS);

t.test('the rows and days of a schedule are bounded', (t) => {
  const row = '        - { days: Mo-Fr, from: 06:00, to: 20:00, limitA: 40 }\n';
  const rows = (count: number): string => edited(SCHEDULED, row, row.repeat(count));
  t.same(issueLines(rows(99)), [], '100 with the other one');
  t.same(issueLines(rows(100)), [
    'f.yaml:16:9 circuits[1].schedule.rows: expected a list of rows, at least 1, at most 100, got a list of 101',
  ]);
  const days = (count: number): string => edited(SCHEDULED, 'days: Mo-Fr', `days: [${'Mo, '.repeat(count)}]`);
  t.same(issueLines(days(100)), []);
  t.match(issueLines(days(101)), [
    /^f\.yaml:16:19 circuits\[1\]\.schedule\.rows\[0\]\.days: expected days of the week/,
  ]);
  t.end();
});

t.test('what a schedule turns into', (t) => {
  const { circuits, chargePoints } = goodMaster(SCHEDULED).site;
  t.same(circuits[1]?.schedule, {
    timeZone: 'Europe/Berlin',
    rows: [
      { days: ['Mo-Fr'], from: '06:00', to: '20:00', limitA: [40, 40, 40] },
      { days: ['Sa', '2026-12-24..2026-12-26'], from: '22:00', to: '06:00', limitA: [63, 0, 50.5] },
    ],
  });
  t.same(chargePoints[0]?.schedule, {
    timeZone: 'UTC',
    rows: [{ days: ['2026-12-31'], from: '00:00', to: '24:00', limitA: [32, 32, 32] }],
  });
  t.notOk('schedule' in (circuits[0] ?? {}), 'none where none is written');
  t.notOk('schedule' in (chargePoints[1] ?? {}), 'none where none is written');
  t.end();
});

t.test('what "evenkeel check" shows of a schedule', (t) => {
  const lineOf = (text: string): string | undefined =>
    describe(good(text))
      .split('\n')
      .find((line) => line.includes('schedule'));
  const lowest = 'without a good clock: 40/0/40 A';
  t.equal(lineOf(SCHEDULED), `    | schedule of 2 rows, Europe/Berlin; ${lowest}`);
  const second = SCHEDULED.split('\n').find((line) => line.includes('[Sa,')) ?? '';
  t.equal(
    lineOf(edited(SCHEDULED, `${second}\n`, '')),
    '    | schedule of 1 row, Europe/Berlin; without a good clock: 40 A',
  );
  t.equal(lineOf(GOOD), undefined);
  t.end();
});
