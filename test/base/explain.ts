/** Each limit has one sentence: what binds with its numbers, and what would change it next. */
import t from 'tap';
import { durationText, explanation, nextText, ordinal, type Outlook } from '../../src/base/explain.js';
import type { LimitReason } from '../../src/base/reason.js';
import { SAMPLE_REASONS } from '../helpers/sample-status.js';

const FULL = { kind: 'circuit', circuit: 'garage', phase: 1 } as const;
const WAITS = { kind: 'shortage', circuit: 'garage', phase: 1, yieldsTo: ['cp1'] } as const;
const MINUTE_MS = 60_000;

t.test('the whole sentence', async (t) => {
  const used = { taken: 63, of: 63, unit: 'A' } as const;
  t.equal(explanation(10, FULL, { used, others: ['cp5'] }), '10 A: garage L2 full (63 of 63 A); next: cp5 leaves');
  t.equal(
    explanation(0, WAITS, { used, others: ['cp1'], place: 2, inMs: 6 * MINUTE_MS }),
    '0 A: paused, garage L2 has no minimum left, yields to cp1 (63 of 63 A); next: 2nd in line, next change in 6 min',
  );
  const power = { kind: 'power', circuit: 'house' } as const;
  t.equal(
    explanation(9.5, power, { used: { taken: 9_100.4, of: 9_200, unit: 'W' }, others: ['cp2', 'cp3'] }),
    '9.5 A: power limit of house reached (9100 of 9200 W); next: cp2 or one of 1 more leaves',
  );
});

t.test('what comes next', async (t) => {
  const rows: readonly (readonly [LimitReason, Outlook, string])[] = [
    [FULL, {}, 'nothing, it has all that is there'],
    [FULL, { hasLoad: true }, 'the other load falls'],
    [FULL, { others: ['cp5'], hasLoad: true }, 'cp5 leaves or the other load falls'],
    [{ ...FULL, cause: { source: 'operator', limitA: 40 } }, { others: ['cp5'] }, 'the operator sets another limit'],
    [
      { ...FULL, cause: { source: 'schedule', limitA: 40, name: 'schedule Mo-Fr 06:00-20:00' } },
      {},
      'the schedule ends at 20:00',
    ],
    [{ ...FULL, cause: { source: 'fallback', limitA: 20 } }, {}, 'its meter answers again'],
    [{ kind: 'maximum' }, {}, 'nothing, it has all that it can take'],
    [{ kind: 'maximum', cause: { source: 'cable', limitA: 20 } }, {}, 'another cable'],
    [WAITS, { place: 1, others: ['cp1'] }, '1st in line, cp1 leaves'],
    [
      { ...WAITS, cause: { source: 'operator', limitA: 5 } },
      { place: 1 },
      '1st in line, the operator sets another limit',
    ],
    [
      { kind: 'shortage', circuit: 'garage', phases: [0, 2], yieldsTo: [] },
      {},
      'the load on L1 falls or that on L3 rises',
    ],
    [{ kind: 'calming', held: 'raised' }, { inMs: 6_500 }, 'raised further in 7 s'],
    [{ kind: 'step', circuit: 'garage', phase: 0 }, { inMs: 6 * MINUTE_MS }, 'the remainder goes round, within 6 min'],
    [{ kind: 'session', maxMin: 120 }, {}, 'a new session, once the vehicle is unplugged'],
    [{ kind: 'paused' }, {}, 'the operator resumes it'],
    [{ kind: 'noVehicle' }, {}, 'a vehicle is plugged in'],
  ];
  for (const [reason, outlook, text] of rows) t.equal(nextText(reason, outlook), text);
});

t.test('every reason has its sentence, without a second semicolon', async (t) => {
  for (const reason of Object.values(SAMPLE_REASONS)) {
    t.match(explanation(6, reason, {}), /^6 A: [^;]+; next: \S[^;]*$/, reason.kind);
  }
});

t.test('places and times in words', async (t) => {
  t.same([1, 2, 3, 4, 11, 12, 13, 21, 112].map(ordinal), [
    '1st',
    '2nd',
    '3rd',
    '4th',
    '11th',
    '12th',
    '13th',
    '21st',
    '112th',
  ]);
  const times = [900, 90_000, 91_000, 120 * MINUTE_MS, 121 * MINUTE_MS];
  t.same(times.map(durationText), ['1 s', '90 s', '2 min', '120 min', '3 h']);
});
