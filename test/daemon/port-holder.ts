import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import t from 'tap';
import { udpPortHolder } from '../../src/daemon/port-holder.js';

/** Binds a free UDP port and prints it. */
const HOLDER = `
  const socket = require('node:dgram').createSocket(process.argv[1]);
  socket.bind(0, process.argv[2], () => console.log(socket.address().port));
`;

async function holder(type: string, address: string): Promise<{ child: ChildProcess; port: number }> {
  const child = spawn(process.execPath, ['-e', HOLDER, type, address], { stdio: ['ignore', 'pipe', 'ignore'] });
  const [output] = (await once(child.stdout, 'data')) as [Buffer];
  return { child, port: Number(output.toString()) };
}

t.test('names the process that holds a port', async (t) => {
  const { child, port } = await holder('udp4', '127.0.0.1');
  t.teardown(() => child.kill());
  t.equal(udpPortHolder(port), `node (pid ${child.pid})`);
  child.kill();
  await once(child, 'exit');
  t.equal(udpPortHolder(port), undefined, 'and nobody afterwards');
});

t.test('IPv6 too', existsSync('/proc/self/net/if_inet6') ? {} : { skip: 'no IPv6 on this machine' }, async (t) => {
  const { child, port } = await holder('udp6', '::1');
  t.teardown(() => child.kill());
  t.equal(udpPortHolder(port), `node (pid ${child.pid})`);
});
