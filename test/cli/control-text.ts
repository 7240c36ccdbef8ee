/** What status and slaves print: everything of the snapshot that matters, within the columns of a terminal. */
import t from 'tap';
import { durationOf, wrapped } from '../../src/cli/control/columns.js';
import { adoptedText, clearedText, forgottenText, slavesText, warningText } from '../../src/cli/control/slaves-text.js';
import { statusText } from '../../src/cli/control/status-text.js';
import { sampleAnswer, sampleChargePoint, sampleSlave, sampleUnread } from '../helpers/sample-status.js';

const ENTRY = sampleSlave();

function tooWide(text: string): readonly string[] {
  return text.split('\n').filter((line) => line.length > 80);
}

t.test('status: who decides, alarms, circuits by phase, meters, charge points with their reasons', async (t) => {
  const point = sampleChargePoint();
  const text = statusText(
    sampleAnswer({
      chargePoints: [point, sampleChargePoint({ id: 'cp2', online: false, leaseLeftMs: 0, limitA: 6, pluggedInMs: 0 })],
      otherMasters: [{ id: 'spare-12ab34', rank: 1, epoch: 6, active: false }],
      alarms: [
        { code: 'OVERLOAD', active: false, text: 'main: L1 70.1 A of 63 A', sinceWallMs: Date.UTC(2026, 5, 1, 11, 58) },
        ...sampleAnswer().alarms,
      ],
    }),
  );
  t.equal(
    text,
    `Car park north: active, epoch 7, 1 of 2 charge points heard, auth on
evenkeel 0.1.0, master-1, network id 0, up 61 s
other master spare-12ab34: standby, epoch 6
0 free, 1 occupied (1 out of service), 1 charging: 2.3 kW, 9.9/0/0 A, less than
the vehicles want
ALARM METER_LOST for 60 min: heating: no answer
  was OVERLOAD until 2 min ago: main: L1 70.1 A of 63 A
CIRCUIT      CAPACITY A  EXPOSURES A  LIMITS A  MEASURED A  FUSE A
main     L1          63           16        10          37     100
         L2          63            0         0          20     100
         L3          63            0         0        -1.2     100
garage   L1          63           16        10           -      63
         L2          63            0         0           -      63
         L3          63            0         0           -      63
meter grid: 37/20/-1.2 A (siemens-pac2200), 0.4 % of its answers damaged
input relay: active for 3 min: lowers garage by 16 A
schedule garage: 40 A until Mo 20:00 (Mo-Fr 06:00-20:00)
set cp2: operator limit 10 A
POINT  STATE     LIMIT A  EXP. A  DRAWS A  LEASE  REASON
cp1    Charging       10      16  9.9/0/0  13 s   garage L2 full
cp2    silent          6      16  9.9/0/0  -      garage L2 full
SESSION   KW  KWH  CHARGED  PLUGGED IN
cp1      2.3  5.5  30 min   40 min`,
  );
});

t.test('status: a passive one, one that authenticates, a lost meter, and every reason there is', async (t) => {
  const [meter] = sampleAnswer().meters;
  const all = sampleAnswer({ role: 'passive', meters: meter ? [{ ...meter, online: false, ageMs: 7_000 }] : [] });
  const text = statusText({ ...all, auth: 'on' });
  t.match(text, /^Car park north: passive, epoch 7, 1 of 2 charge points heard, auth on$/m);
  t.match(text, /^meter grid: LOST, values 7 s old \(siemens-pac2200\), 0\.4 % of its/m);
  t.same(tooWide(text), []);
  for (const { reasonText } of all.chargePoints) t.ok(text.replace(/\n +/g, ' ').includes(reasonText), reasonText);
  t.match(statusText({ ...all, meters: meter ? [{ ...meter, online: false, ageMs: null }] : [] }), 'no values yet');
});

t.test('status: sources that are lost stand out, and fit', async (t) => {
  const wallMs = sampleAnswer().wallMs;
  const of = { targetKind: 'circuit', target: 'garage' } as const;
  const long = 'connect ECONNREFUSED 192.168.178.201:502; it counts as active and limits garage to 16/16/10 A';
  const text = statusText(
    sampleAnswer({
      sources: [
        { ...of, kind: 'section14a', id: 'garage', state: 'inactive', sinceWallMs: null, text: 'nobody asks for less' },
        { ...of, kind: 'input', id: 'relay', state: 'lost', sinceWallMs: wallMs - 12_000, text: long },
        { ...of, kind: 'input', id: 'x'.repeat(32), state: 'awaited', sinceWallMs: null, text: 'no value yet' },
        { ...of, kind: 'schedule', id: 'garage', state: 'lost', sinceWallMs: null, text: '10 A (the lowest)' },
      ],
    }),
  );
  t.match(text, /^section 14a garage: inactive: nobody asks for less$/m);
  t.match(text, /^input relay: LOST for 12 s: connect ECONNREFUSED 192\.168\.178\.201:502; it counts\n {13}as active/m);
  t.match(text, /^input x{32}: no value yet$/m);
  t.match(text, /^schedule garage: LOST: 10 A \(the lowest\)$/m);
  t.same(tooWide(text), []);
});

t.test('status: what a source quotes makes no line of its own', async (t) => {
  const of = { targetKind: 'circuit', target: 'garage', sinceWallMs: null } as const;
  const text = 'got "\nALARM FIRE\u001b[2J"; it counts as active and stops garage';
  const lines = statusText(sampleAnswer({ sources: [{ ...of, kind: 'input', id: 'relay', state: 'lost', text }] }));
  t.match(lines, 'input relay: LOST: got "\\x0aALARM FIRE\\x1b[2J"; it counts as active and');
  t.notMatch(lines, /^ALARM FIRE/m);
});

t.test('status: why charge points are silent, and who else cannot be read', async (t) => {
  const nothing = { wasHeard: false, address: null, because: 'nothing at all arrives: check its power' } as const;
  const others = Array.from({ length: 10 }, (_, index) =>
    sampleUnread({
      address: `192.168.100.1${10 + index}:16031`,
      why: 'foreign',
      networkId: 4_294_967_295,
      claims: { kind: 'charge point', id: 'x'.repeat(32) },
    }),
  );
  const text = statusText(
    sampleAnswer({
      unread: [sampleUnread(), sampleUnread({ address: 'h:1', claims: null, why: 'garbage' }), ...others],
      silent: [
        { id: 'cp3', wasHeard: false, address: '10.0.0.33:16031', because: '10.0.0.33 claims to be cp3, but no' },
        { ...nothing, id: 'cp4' },
        { ...nothing, id: 'cp5' },
        { ...nothing, id: 'cp6', wasHeard: true },
      ],
    }),
  );
  t.same(tooWide(text), []);
  t.match(
    text,
    `SILENT cp3 never heard: 10.0.0.33 claims to be cp3, but no
SILENT cp4, cp5 never heard: nothing at all arrives: check its power
SILENT cp6 not heard any more: nothing at all arrives: check its power
Heard, but not readable:
`,
  );
  t.notMatch(text, '10.0.0.33:16031', 'it stands above');
  t.match(text, /\nh:1 +damaged +17 +0 s ago +-\n/);
  t.equal(text.split('network id 4294967295').length - 1, 7, 'eight senders in all');
  t.match(text, /\nand 3 more$/);
});

t.test('ids of 32 characters stand above their rows', async (t) => {
  const id = 'x'.repeat(32);
  const [circuit] = sampleAnswer().circuits;
  const text = statusText(
    sampleAnswer({
      circuits: circuit ? [{ ...circuit, id }] : [],
      chargePoints: [sampleChargePoint({ id, state: 'SuspendedEVSE', currentA: [31.9, 31.9, 31.9] })],
    }),
  );
  t.match(text, `\n${id}\n`);
  t.same(tooWide(text), []);
});

t.test('11 free charge points and two circuits fit a terminal of 80x24', async (t) => {
  const free = { state: 'Available', currentA: [0, 0, 0], pluggedInMs: 0, reasonText: 'no vehicle' } as const;
  const chargePoints = Array.from({ length: 11 }, (_, index) => sampleChargePoint({ ...free, id: `cp${index + 1}` }));
  const sums = { ...sampleAnswer().sums, outOfService: 0, limiting: false };
  const lines = statusText(sampleAnswer({ chargePoints, sums, alarms: [], sources: [] })).split('\n');
  t.ok(lines.length < 24, `${lines.length} lines`);
});

t.test('names and locations stand before the reason and the firmware', async (t) => {
  const named = { name: 'Left gate', location: 'level -1' } as const;
  const point = statusText(sampleAnswer({ chargePoints: [sampleChargePoint(named)] }))
    .split('\n')
    .slice(-4, -2);
  t.same(point, [
    'cp1    Charging       10      16  9.9/0/0  13 s   Left gate, level -1: garage L2',
    '                                                  full',
  ]);
  t.match(slavesText([{ ...ENTRY, ...named, location: null }]), /\n {6}Left gate: evenkeel 0\.1\.0 virtual$/);
  t.match(slavesText([{ ...ENTRY, ...named, firmware: '' }]), /\n {6}Left gate, level -1$/);
});

t.test('slaves list', async (t) => {
  const silent = { online: false, membership: 'adopted', firmware: '', address: null } as const;
  const text = slavesText([
    ENTRY,
    { ...ENTRY, ...silent, id: 'cp2', heardAgoMs: 200_000 },
    { ...ENTRY, ...silent, id: 'cp3', heardAgoMs: null, silentBecause: '10.0.0.33 claims to be cp3, but no' },
    { ...ENTRY, id: 'x', membership: 'waiting', phases: 1 },
  ]);
  t.equal(
    text,
    `ID   KNOWN AS  CIRCUIT  HEARD      ALONE A  CONNECTOR  ADDRESS
cp1  listed    garage   now              6  3 ph STR   192.168.100.131:16031
      evenkeel 0.1.0 virtual
cp2  adopted   garage   3 min ago        6  3 ph STR   -
cp3  adopted   garage   never            6  3 ph STR   -
      10.0.0.33 claims to be cp3, but no
x    waiting   garage   now              6  1 ph STR   192.168.100.131:16031
      evenkeel 0.1.0 virtual

waits for: evenkeel slaves adopt x`,
  );
  t.match(slavesText([{ ...ENTRY, address: '10.0.0.1:16031', firmware: 'v2' }]), /^cp1 .* 10\.0\.0\.1:16031\n {6}v2$/m);
  t.equal(slavesText([]), 'no charge point is known');
});

t.test('what became of a change', async (t) => {
  const done = { id: 'x', changed: true, notWritten: null };
  t.equal(adoptedText(done), 'x is adopted');
  t.equal(adoptedText({ ...done, changed: false }), 'x is taken on already');
  t.equal(
    forgottenText({ ...done, notWritten: 'ENOSPC' }),
    'x is forgotten, but a restart would undo it: ENOSPC; this is tried again by itself',
  );
  t.equal(
    clearedText({ forgotten: ['x', 'y'], kept: [{ id: 'z', because: 'is still heard' }], notWritten: null }),
    'forgotten: x, y\nkept: z is still heard',
  );
  t.equal(
    clearedText({ forgotten: [], kept: [], notWritten: null }),
    'nothing to forget: all known charge points are listed',
  );
  t.equal(
    warningText([ENTRY]),
    'cp1: 6 A on garage are no longer reserved for it\nWhat these still draw is not counted any more.',
  );
});

t.test('durations, and text that goes on', async (t) => {
  const MINUTE = 60_000;
  const rows = [
    [0, '0 s'],
    [119_999, '119 s'],
    [2 * MINUTE, '2 min'],
    [120 * MINUTE, '2 h'],
    [48 * 60 * MINUTE, '2 d'],
  ] as const;
  for (const [ms, text] of rows) t.equal(durationOf(ms), text);
  t.same(wrapped('ab ', `${'word '.repeat(16)}end`), [`ab ${'word '.repeat(15)}word`.slice(0, 77), '   word end']);
  t.same(wrapped('', ''), ['']);
});
