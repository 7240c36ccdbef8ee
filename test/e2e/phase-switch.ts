/** A slave that was written from docs/protocol.md alone goes from three phases to one, and charges there (S10). */
import type { Test } from 'tap';
import { discoveryPort } from '../helpers/daemon-process.js';
import { eventually, pause } from '../helpers/machine.js';
import { Bench, evenkeelCommand, independentCommand, saidOf } from './bench.js';
import { sites } from './side-by-side.js';

const NETWORK = 4713;

/** 2000 W are too little for three phases. */
const masterFile = (port: number): string => `site: Switch
networkId: ${NETWORK}
leaseMs: 6000
circuits:
  - { id: main, limitA: 16, limitW: 2000 }
discovery: { port: ${port}, interfaces: [lo] }
chargePoints:
  - { id: cp1, circuit: main, disconnectedLimitA: 0, phaseSwitch: one-three }
allocation: { phaseSwitch: { holdMin: 1, sessionMin: 0 } }
`;

async function switched(t: Test): Promise<void> {
  const bench = new Bench();
  t.teardown(() => bench.end());
  const port = await discoveryPort();
  const file = bench.file('master.yaml', masterFile(port));
  bench.start(evenkeelCommand('run', '-c', file, '--state-dir', `${bench.directory}/state`));
  const slave = bench.start(
    independentCommand(
      'slave.py',
      ...['--id', 'cp1', '--network-id', `${NETWORK}`, '--port', `${port}`, '--boot-lease', '6000'],
      ...['--disconnected', '0', '--phase-switch'],
    ),
  );
  slave.write('plug');
  // The hold time.
  await pause(60_000);
  await eventually(
    () => `it charges on one phase: ${JSON.stringify(saidOf(slave, 'state').at(-1) ?? {})}`,
    () => saidOf(slave, 'state').some((said) => said['usedPhases'] === 1),
  );
  t.equal(saidOf(slave, 'switch').length, 1, 'once');
  t.match(saidOf(slave, 'limit').at(-1), { limitA: 8, phases: 1, rule: 'granted' });
}

sites.add('a slave in Python connects one phase instead of three', switched);
