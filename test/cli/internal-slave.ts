/** A master with an internal slave: both roles in one process. Then two of them, of which one gives way. */
import type { Test } from 'tap';
import { type Daemon, discoveryPort, type LogLine } from '../helpers/daemon-process.js';
import { aside, observer, siteFile, started } from './world.js';

const lastEnforced = (log: readonly LogLine[]): string =>
  log.filter(({ event }) => event === 'ENFORCED').at(-1)?.msg ?? '';

function box(t: Test, port: number, id: string, other: string): Daemon {
  const more = `id: ${id}\ndriver: { type: virtual, vehiclePhases: 1, vehicleMaxA: 10 }\n`;
  return started(t, ['run', '-c', siteFile(t, { port, chargePoints: [id, other], more })]);
}

aside('a master with an internal slave, and one outside', async (t) => {
  const port = await discoveryPort();
  const seen = await observer(t, port);
  const out = started(t, ['simulate', 'slaves', '--ids', 'out', '--port', String(port)]);
  const master = box(t, port, 'in1', 'out');
  t.match((await master.untilEvent('START')).msg, /, internal slave in1$/);
  await master.untilEvent('MASTER_FOUND', /^in1 heard master .* at internal:0 /);
  await master.untilEvent('ENFORCED', /^in1 .* -> 16 A \(grant\)$/);
  await master.untilEvent('SLAVE_STATE', /^in1 .* -> Charging$/);
  await out.untilEvent('ENFORCED', /^out .* -> 16 A \(grant\)$/);
  const found = master.messages('MASTER_FOUND');
  t.equal(found.length, 1, found.join('; '));
  // BEACONs only: what the two inside say to each other is nowhere on the network.
  await seen.until('beacons', () => seen.text.length > 4);
  const shapes = new Set(seen.text.slice(1).map((line) => line.split(' ').at(-1)));
  t.same([...shapes], ['1']);
  t.match(await master.end('SIGTERM'), { code: 0, signal: null });
  t.match(master.log.at(-1), { event: 'STOP' });
});

aside('two masters with an internal slave each: the active one serves both', async (t) => {
  const port = await discoveryPort();
  const boxes = { in1: box(t, port, 'in1', 'in2'), in2: box(t, port, 'in2', 'in1') };
  const [passive, active] = await Promise.any(
    (
      [
        ['in1', 'in2'],
        ['in2', 'in1'],
      ] as const
    ).map(async ([id, other]) => {
      await boxes[id].untilEvent('TWO_MASTERS', /this one is passive$/);
      return [id, other] as const;
    }),
  );
  const { masterId } = await boxes[active].untilEvent('START');
  await boxes[passive].untilEvent(
    'MASTER_FOUND',
    new RegExp(`^${passive} heard master ${String(masterId)} at 127\\.0\\.0\\.1:`),
  );
  for (const id of [passive, active]) {
    await boxes[id].until(`16 A for ${id}`, () => lastEnforced(boxes[id].log).endsWith('-> 16 A (grant)'));
  }
  await boxes[active].untilEvent('SLAVE_STATE', new RegExp(`^${passive} .* -> Charging$`));

  await boxes[active].end('SIGKILL');
  const from = boxes[passive].log.length;
  await boxes[passive].untilEvent('EPOCH', /^grants continue with epoch \d+$/, from);
  await boxes[passive].until('grants of its own master', () => lastEnforced(boxes[passive].log).endsWith('A (grant)'));
  t.match(await boxes[passive].end('SIGTERM'), { code: 0 });
});
