/** What systemd hears of `evenkeel slave`: ready after the first step, the watchdog fed by the steps, the end. */
import { discoveryPort, fileIn, folder } from '../helpers/daemon-process.js';
import { needsSystemd, receiver, words } from '../helpers/notify-socket.js';
import { eventually, pause } from '../helpers/machine.js';
import { aside, started } from './world.js';

aside(
  'a slave under systemd',
  async (t) => {
    const systemd = await receiver(t);
    const port = await discoveryPort();
    const text = `role: slave\nid: a\ndriver: { type: virtual }\ndiscovery: { port: ${port}, interfaces: [lo] }\n`;
    const env = { NOTIFY_SOCKET: systemd.path, WATCHDOG_USEC: '800000' };
    const slave = started(t, ['slave', '-c', fileIn(folder(t), 'slave.yaml', text)], { env });
    await slave.untilEvent('READY', /^first limit enforced: 0 A \(booting\), polls 0 masters$/);
    await eventually('READY', () => systemd.heard.length > 0);
    t.match(
      words(systemd.heard[0]),
      ['READY=1', 'STATUS=0 A (booting), polls 0 masters'],
      'before any master is there',
    );
    const pings = (): number => systemd.heard.filter((datagram) => datagram.includes('WATCHDOG=1')).length;
    await eventually('three pings', () => pings() >= 3);

    slave.signal('SIGSTOP');
    // The last ping may be on its way still.
    await pause(500);
    const atRest = pings();
    await pause(900);
    t.equal(pings(), atRest, 'none while the loop stands still');
    slave.signal('SIGCONT');
    await eventually('pings again', () => pings() > atRest);

    t.match(await slave.end('SIGTERM'), { code: 0, signal: null });
    await eventually('STOPPING', () => systemd.heard.some((datagram) => words(datagram).includes('STOPPING=1')));
  },
  needsSystemd,
);
