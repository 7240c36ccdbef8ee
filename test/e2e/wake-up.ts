/** A slave that was written from docs/protocol.md alone wakes its vehicle up after a pause (S9). */
import type { Test } from 'tap';
import { discoveryPort } from '../helpers/daemon-process.js';
import { eventually, pause } from '../helpers/machine.js';
import { Bench, evenkeelCommand, independentCommand, saidOf } from './bench.js';
import { sites } from './side-by-side.js';

const NETWORK = 4712;

const masterFile = (port: number): string => `site: Sleepers
networkId: ${NETWORK}
leaseMs: 6000
circuits:
  - { id: main, limitA: 16 }
discovery: { port: ${port}, interfaces: [lo] }
chargePoints:
  - { id: cp1, circuit: main }
`;

async function wokenUp(t: Test): Promise<void> {
  const bench = new Bench();
  t.teardown(() => bench.end());
  const port = await discoveryPort();
  const file = bench.file('master.yaml', masterFile(port));
  const socket = `${bench.directory}/control.sock`;
  bench.start(evenkeelCommand('run', '-c', file, '--state-dir', `${bench.directory}/state`, '--socket', socket));
  const slave = bench.start(
    independentCommand(
      'slave.py',
      ...['--id', 'cp1', '--network-id', `${NETWORK}`, '--port', `${port}`, '--boot-lease', '6000'],
      '--vehicle-sleeps',
    ),
  );
  slave.write('plug');
  const shown = (event: string): string => JSON.stringify(saidOf(slave, event).at(-1) ?? {});
  const until = (what: string, event: string, text: string): Promise<boolean> =>
    eventually(
      () => `${what}: ${shown(event)}`,
      () => shown(event).includes(text),
    );
  await until('it charges', 'state', '"usedPhases":7');
  bench.start(evenkeelCommand('set', '--socket', socket, 'pause', 'cp1'));
  await until('paused', 'state', 'SuspendedEVSE');
  // It needs 2 s to follow.
  await pause(4000);
  bench.start(evenkeelCommand('set', '--socket', socket, 'resume', 'cp1'));
  await until('it sleeps', 'state', 'SuspendedEV"');
  await until('woken up', 'wakeUp', '"count":1');
  await until('it charges again', 'state', 'Charging');
  t.equal(saidOf(slave, 'wakeUp').length, 1, 'once');
}

sites.add('a slave in Python wakes its vehicle up', wokenUp);
