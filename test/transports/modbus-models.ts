/** Every model over Modbus TCP against devices that share no code with us (test/independent/meter-server.py). */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { modbusTcpBus } from '../../src/transports/modbus-tcp.js';
import { IMAGES_FILE } from '../helpers/meter-images.js';
import { hushed } from '../helpers/hushed.js';
import { realTimers } from '../helpers/real-time.js';
import { needs } from '../helpers/tools.js';
import { readEveryModel } from './every-model.js';
import { freePort } from './modbus-peers.js';

const PYTHON = '/usr/bin/python3';
/** Tests run in build/test/transports; the script stays in the source tree. */
const SCRIPT = fileURLToPath(new URL('../../../test/independent/meter-server.py', import.meta.url));

const hasPymodbus = spawnSync(PYTHON, ['-c', 'import pymodbus.server.async_io']).status === 0;

t.test('independent devices', needs(hasPymodbus, `${PYTHON} has no pymodbus (python3-pymodbus)`), async (t) => {
  const port = await freePort();
  const child = spawn(PYTHON, [SCRIPT, '--port', String(port), '--images', IMAGES_FILE]);
  hushed(child);
  t.teardown(() => child.kill());
  t.match(String((await once(child.stdout, 'data'))[0]), 'ready');
  const bus = modbusTcpBus({ host: '127.0.0.1', port }, realTimers);
  await readEveryModel(t, bus);
  await bus.close();
  child.stdin.end();
  t.strictSame(await once(child, 'exit'), [0, null]);
});
