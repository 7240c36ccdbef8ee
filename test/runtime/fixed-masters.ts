/** A slave whose masters the installer named: polled unheard, once each, for ever; and what people are told of them. */
import t from 'tap';
import type { NamedPeer } from '../../src/ports/datagram-port.js';
import { FixedMasters } from '../../src/runtime/fixed-masters.js';
import { SlaveRig } from './slave-rig.js';

const peer = (name: string, host: string | undefined): NamedPeer => {
  return { name, address: host === undefined ? undefined : { host, port: 16_031, via: '' } };
};

t.test('polled every heartbeat without any BEACON, and never forgotten', (t) => {
  const rig = new SlaveRig({ fixedMasters: () => [peer('dlm', '10.0.0.1'), peer('other', '10.0.0.2')] });
  rig.run(120_000);
  for (const to of ['10.0.0.1:16031', '10.0.0.2:16031']) {
    const polls = rig.sent.filter((each) => each.to === to).map(({ atMs }) => atMs);
    t.equal(polls[0], 0, 'at once');
    const gaps = polls.slice(1).map((atMs, index) => atMs - (polls[index] ?? 0));
    t.ok(Math.max(...gaps) <= 1000 && 120_000 - (polls.at(-1) ?? 0) <= 1000, to);
  }
  t.end();
});

t.test('one that is heard as well is polled once; without its BEACONs it goes on', (t) => {
  const rig = new SlaveRig({ fixedMasters: () => [peer('dlm', '10.0.0.1')] });
  rig.beacon('10.0.0.1:16031');
  rig.beacon('10.0.0.7:16031');
  rig.run(950);
  const before = rig.sent.length;
  rig.run(1000);
  t.same(
    rig.sent
      .slice(before)
      .map(({ to }) => to)
      .sort(),
    ['10.0.0.1:16031', '10.0.0.7:16031'],
  );
  rig.run(40_000);
  const late = rig.sent.length;
  rig.run(1000);
  t.same(
    rig.sent.slice(late).map(({ to }) => to),
    ['10.0.0.1:16031'],
    'the other one is forgotten',
  );
  t.end();
});

t.test('people are told of the first answer, of silence, and of its end', (t) => {
  const rig = new SlaveRig({ fixedMasters: () => [peer('dlm:16031', '10.0.0.1'), peer('gone:16031', undefined)] });
  rig.run(3000);
  rig.grant('10.0.0.1:16031', 16);
  for (let second = 0; second < 20; second++) {
    rig.run(1000);
    rig.grant('10.0.0.1:16031', 16);
  }
  rig.run(30_000);
  rig.grant('10.0.0.1:16031', 16);
  t.same(
    rig.log
      .filter(({ event }) => event.startsWith('MASTER'))
      .map(({ level, event, text }) => `${level} ${event} ${text}`),
    [
      'info MASTER_FOUND cp1 is answered by fixed master dlm:16031: 10.0.0.1-16031 at 10.0.0.1:16031',
      'warn MASTER_LOST cp1 has heard nothing from fixed master gone:16031 for 10 s (no address of that name); asks on',
      'warn MASTER_LOST cp1 has heard nothing from fixed master dlm:16031 for 10 s (no answer); asks on',
      'info MASTER_FOUND cp1 is answered by fixed master dlm:16031: 10.0.0.1-16031 at 10.0.0.1:16031',
    ],
  );
  t.equal(rig.runtime.applied.reason, 'grant');
  t.end();
});

t.test('the name has another address from now on', (t) => {
  let host: string | undefined;
  const rig = new SlaveRig({ fixedMasters: () => [peer('dlm', host)] });
  rig.run(2000);
  t.equal(rig.sent.length, 0);
  host = '10.0.0.1';
  rig.run(1000);
  host = '10.0.0.2';
  rig.run(1000);
  t.same(
    rig.sent.map(({ to }) => to),
    ['10.0.0.1:16031', '10.0.0.2:16031'],
  );
  t.end();
});

t.test('which key a STATUS to a fixed master is signed with', (t) => {
  const dlm = peer('dlm', '10.0.0.1');
  const list = (): readonly NamedPeer[] => [dlm];
  const logger = { log: () => {} };
  const keysIn = (masters: FixedMasters, seconds: readonly number[]): string =>
    seconds.map((second) => masters.polled(second * 1000)[0]?.keyId).join(' ');
  const unheard = new FixedMasters({ chargePointId: 'cp1', list, keyIds: [7, 3], logger }, 0);
  t.equal(keysIn(unheard, [0, 2, 3, 5, 6, 8, 9, 60, 62]), '7 7 3 3 7 7 3 7 7', 'in turn, and 7 at the minute');
  const answered = new FixedMasters({ chargePointId: 'cp1', list, keyIds: [7, 3], logger }, 0);
  if (dlm.address) answered.hear('m', dlm.address, 3, 4000);
  t.equal(keysIn(answered, [4, 6, 7, 9, 10]), '3 3 7 7 3', 'the one that was answered, then in turn');
  const elsewhere = new FixedMasters({ chargePointId: 'cp1', list, keyIds: [7, 3], logger }, 0);
  elsewhere.hear('m', { host: '10.0.0.99', port: 16_031, via: '' }, 7, 4000);
  t.equal(keysIn(elsewhere, [4, 6, 7]), '7 7 3', 'an answer from another address of the same machine counts too');
  const single = new FixedMasters({ chargePointId: 'cp1', list, keyIds: [3], logger }, 0);
  t.equal(keysIn(single, [0, 5, 60]), '3 3 3');
  t.end();
});

t.test('no BEACON any more, but a fixed master that grants: that is no loss', (t) => {
  const rig = new SlaveRig({ fixedMasters: () => [peer('dlm', '10.0.0.1')] });
  rig.beacon('10.0.0.1:16031');
  const lost = (): number => rig.log.filter(({ event }) => event === 'MASTER_LOST').length;
  for (let second = 0; second < 60; second++) {
    rig.run(1000);
    rig.grant('10.0.0.1:16031', 16);
  }
  t.equal(lost(), 0);
  rig.run(60_000);
  t.equal(lost(), 2, 'the fixed one, and with it the last one');
  t.end();
});
