/** What the system refuses: ports that are taken, folders that cannot be made. The exit code is 71, with the reason. */
import { createServer } from 'node:net';
import type { Test } from 'tap';
import { Daemon, discoveryPort, fileIn, folder, output } from '../helpers/daemon-process.js';
import { needsTools } from '../helpers/tools.js';
import { aside, siteFile } from './world.js';

const HOLDER = `
import socket, sys, time
holder = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
holder.bind((sys.argv[1], int(sys.argv[2])))
print("bound", flush=True)
time.sleep(600)
`;

async function holder(t: Test, host: string, port: number): Promise<Daemon> {
  const python = new Daemon('python3', ['-c', HOLDER, host, String(port)]);
  t.teardown(() => python.end('SIGKILL'));
  await python.until('the bound port', () => python.text[0] === 'bound');
  return python;
}

aside('a UDP port that is taken: by whom', whoHoldsIt, needsTools('python3'));

async function whoHoldsIt(t: Test): Promise<void> {
  const port = await discoveryPort();
  const [python, config] = [await holder(t, '0.0.0.0', port), siteFile(t, { port })];
  const slaveFile = `role: slave\nid: a\ndriver: { type: virtual }\ndiscovery: { port: ${port}, interfaces: [lo] }\n`;
  const taken = new RegExp(
    `UDP port ${port}: expected a free port, got one in use by python3\\S* \\(pid ${python.pid}\\)`,
  );
  const [master, slave, simulated, wire] = await Promise.all([
    output(['run', '-c', config]),
    output(['slave', '-c', fileIn(folder(t), 'slave.yaml', slaveFile)]),
    output(['simulate', 'slaves', '--port', String(port)]),
    output(['simulate', 'meter', '--listen', '127.0.0.1:0', '--wire', `127.0.0.1:${port}`]),
  ]);
  t.match(master, { code: 71, stderr: '' });
  t.match(JSON.parse(master.stdout.trimEnd().split('\n').at(-1) ?? ''), { level: 'error', event: 'STOP', msg: taken });
  t.match(slave, { code: 71, stdout: taken });
  t.match(simulated, { code: 71, stdout: '', stderr: taken });
  t.match(wire, { code: 71, stderr: taken });
}

aside('a state directory that cannot be made, a TCP port that is taken', async (t) => {
  const stateDir = `${fileIn(folder(t), 'file', '')}/state`;
  const config = siteFile(t, { port: await discoveryPort() });
  const server = createServer();
  t.teardown(() => server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const listen = `127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  const slaveConfig = fileIn(folder(t), 'slave.yaml', 'role: slave\nid: a\ndriver: { type: virtual }\n');
  const [master, slave, meter] = await Promise.all([
    output(['run', '-c', config, '--state-dir', stateDir]),
    output(['slave', '-c', slaveConfig, '--state-dir', stateDir]),
    output(['simulate', 'meter', '--listen', listen]),
  ]);
  for (const daemon of [master, slave]) {
    t.match(daemon, { code: 71 });
    t.match(JSON.parse(daemon.stdout), { level: 'error', event: 'STOP', msg: `state directory ${stateDir}: ` });
  }
  t.match(meter, { code: 71, stdout: '', stderr: `--listen ${listen}: ` });
});
