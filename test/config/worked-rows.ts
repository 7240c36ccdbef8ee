/** Worked numbers of the manuals that a configuration answers by itself. The other ones: docs/features/numbers.md. */
import t from 'tap';
import { edited, GOOD, goodMaster, issueLines } from './support.js';

const CONNECTION = 'connection: tcp://192.168.0.20';

t.test('example 23: 7 A without a master for each of three do not fit 20 A, and what would is told', (t) => {
  const site = (limitA: number): string => `
site: Example
circuits:
  - { id: main, limitA: 20 }
defaults: { minA: 7, disconnectedLimitA: ${limitA} }
chargePoints: [{ id: a, circuit: main }, { id: b, circuit: main }, { id: c, circuit: main }]
`;
  t.match(issueLines(site(7)), [/expected at least 21 A .* lower disconnectedLimitA to 6 A or less/]);
  t.same(issueLines(site(6)), []);
  t.end();
});

t.test('example 31: a meter behind a charge point of the old address range', (t) => {
  const [meter] = goodMaster(edited(GOOD, CONNECTION, 'connection: tcp://172.42.23.123:502')).meters;
  t.match(meter?.connection, { kind: 'tcp', host: '172.42.23.123', port: 502 });
  t.end();
});

t.test('example 50: a charge point that is not heard may be one that takes nothing by itself', (t) => {
  const [point] = goodMaster(edited(GOOD, '    minA: 6\n', '    minA: 6\n    disconnectedLimitA: 0\n')).site
    .chargePoints;
  t.equal(point?.disconnectedLimitA, 0);
  t.end();
});

t.test('example 52: a meter at address 1 with 9600 baud and no parity, one at 3 with even parity', (t) => {
  for (const [unitId, settings, expected] of [
    [1, 'baud=9600&parity=none', { baud: 9600, parity: 'none' }],
    [3, 'baud=9600&parity=even&stopBits=1', { baud: 9600, parity: 'even', stopBits: 1 }],
  ] as const) {
    const line = `connection: "rtu:/dev/ttyS0?${settings}"\n    unit: ${unitId}`;
    t.match(goodMaster(edited(GOOD, CONNECTION, line)).meters, [{ unitId, connection: expected }]);
  }
  t.end();
});

t.test('example 63: a session of 6 h', (t) => {
  const text = edited(GOOD, '    minA: 6\n', '    minA: 6\n    session: { maxMin: 360 }\n');
  t.same(goodMaster(text).site.chargePoints[0]?.session, { maxMin: 360 });
  t.end();
});
