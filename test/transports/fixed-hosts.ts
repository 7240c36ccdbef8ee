/** Names of masters: looked up again and again, and a look-up that fails or hangs stops nothing. */
import t from 'tap';
import { FixedHosts } from '../../src/transports/fixed-hosts.js';
import { eventually } from '../helpers/machine.js';
import { keepingLogger, realTimers } from '../helpers/real-time.js';
import { HandTimers } from './nets.js';

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

class Refused extends Error {
  readonly code = 'EAI_AGAIN';
}

/** Fixed hosts whose names are what the test says at each look-up. */
function rig(t: { teardown(done: () => void): unknown }, hosts: readonly string[]) {
  const timers = new HandTimers();
  const logger = keepingLogger();
  const names: Record<string, readonly string[] | undefined> = {};
  const asked: string[] = [];
  const fixed = new FixedHosts({
    hosts: hosts.map((host) => ({ host, port: 16_031 })),
    timers,
    logger,
    lookup: async (host) => {
      asked.push(host);
      if (host === 'hangs') await new Promise(() => {});
      const found = names[host];
      if (!found) throw new Refused();
      return found;
    },
  });
  t.teardown(() => fixed.close());
  return { fixed, timers, logger, names, asked, hosts: () => fixed.list().map(({ address }) => address?.host) };
}

t.test('an address is used as it stands', (t) => {
  const { hosts, asked, timers } = rig(t, ['127.0.0.9']);
  t.same(hosts(), ['127.0.0.9']);
  t.same([asked, timers.count], [[], 0]);
  t.end();
});

t.test('a name: found late, moved, gone; each told once', async (t) => {
  const { hosts, names, timers, logger, fixed } = rig(t, ['dlm']);
  const again = async (): Promise<void> => {
    timers.fire();
    await settled();
  };
  t.same(fixed.list(), [{ name: 'dlm:16031', address: undefined }]);
  await settled();
  await again();
  names['dlm'] = ['127.0.0.2', '127.0.0.3'];
  await again();
  t.same(hosts(), ['127.0.0.2']);
  names['dlm'] = ['127.0.0.3', '127.0.0.2'];
  await again();
  t.same(hosts(), ['127.0.0.2'], 'the one in use stays');
  names['dlm'] = undefined;
  await again();
  await again();
  t.same(hosts(), ['127.0.0.2'], 'what was known stays');
  names['dlm'] = ['127.0.0.4'];
  await again();
  names['dlm'] = [];
  await again();
  t.same(hosts(), ['127.0.0.4']);
  t.same(
    logger.lines.map(({ level, message }) => `${level} ${message}`),
    [
      'warn dlm cannot be looked up: EAI_AGAIN',
      'info dlm is at 127.0.0.2',
      'warn dlm cannot be looked up: EAI_AGAIN',
      'info dlm is at 127.0.0.4',
    ],
  );
});

t.test('one that hangs is not asked twice, and holds up no other', async (t) => {
  const { hosts, names, timers, asked } = rig(t, ['hangs', 'dlm']);
  names['dlm'] = ['127.0.0.2'];
  for (let round = 0; round < 3; round++) {
    await settled();
    timers.fire();
  }
  t.same(hosts(), [undefined, '127.0.0.2']);
  t.equal(asked.filter((host) => host === 'hangs').length, 1);
  t.equal(asked.filter((host) => host === 'dlm').length, 4);
});

t.test('closed: nothing more is asked', async (t) => {
  const { fixed, timers, asked, names } = rig(t, ['dlm']);
  names['dlm'] = ['127.0.0.2'];
  fixed.close();
  await settled();
  timers.fire();
  t.same([asked.length, timers.count], [1, 0]);
});

t.test("by the system's own look-up", async (t) => {
  const hosts = [{ host: 'localhost', port: 1 }];
  const fixed = new FixedHosts({ hosts, timers: realTimers, logger: keepingLogger() });
  t.teardown(() => fixed.close());
  await eventually('the address', () => fixed.list()[0]?.address?.host === '127.0.0.1');
});
