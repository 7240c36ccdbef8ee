/** Several masters on one network: of two with the same id one gives way, and others are not even seen. */
import { type Daemon, discoveryPort } from '../helpers/daemon-process.js';
import { aside, siteFile, started, wireSlave } from './world.js';

const PASSIVE = /^another master .* is active in network id 0; this one is passive$/;

aside('two masters of one network id, and a third of another', async (t) => {
  const port = await discoveryPort();
  const config = siteFile(t, { port, chargePoints: ['a'] });
  const otherConfig = siteFile(t, { port, networkId: 1, limitA: 20, chargePoints: ['b'] });
  const a = await wireSlave(t, { id: 'a', port });
  const twins = [started(t, ['run', '-c', config]), started(t, ['run', '-c', config])];
  const other = started(t, ['run', '-c', otherConfig]);
  const foreigners = ['simulate', 'slaves', '--ids', 'b', '--network-id', '1', '--port', String(port)];
  const b = started(t, foreigners);

  const passive = await Promise.any(
    twins.map(async (twin): Promise<Daemon> => {
      await twin.untilEvent('TWO_MASTERS', PASSIVE);
      return twin;
    }),
  );
  const active = twins.find((twin) => twin !== passive);
  if (!active) throw new Error('two masters were started');

  await t.test('one gives way and says so, the other serves', async (t) => {
    await a.untilEnforced(32);
    t.match(await passive.untilEvent('TWO_MASTERS', PASSIVE), { level: 'error' });
    const before = a.grants.length;
    await a.untilGrants(10);
    const masters = new Set(a.grants.slice(before).map(({ grant }) => grant.masterId));
    t.same([...masters], [(await active.untilEvent('START'))['masterId']]);
  });

  await t.test('the other id: neither is seen by the other', async (t) => {
    const { host, port: ownPort } = await other.until('its own port', () => {
      const [, digits] = /listens on 127\.0\.0\.1:(\d+)/.exec(other.messages('NETWORK')[0] ?? '') ?? [];
      return digits !== undefined && { host: '127.0.0.1', port: Number(digits) };
    });
    a.masters.set('of network id 1', { host, port: ownPort });
    await b.untilEvent('ENFORCED', /-> 20 A \(grant\)$/);
    await a.untilGrants(10);
    t.same(
      other.messages('SLAVE_FOUND').map((text) => text.split(' ')[0]),
      ['b'],
    );
    for (const event of ['TWO_MASTERS', 'DATAGRAM_DROPPED', 'EPOCH'] as const) t.same(other.messages(event), []);
    const served = [...active.messages('SLAVE_FOUND'), ...passive.messages('SLAVE_FOUND')];
    t.ok(served.length > 0 && served.every((text) => text.startsWith('a ')), served.join('; '));
    t.equal(b.messages('MASTER_FOUND').length, 1);
  });

  await t.test('the active one killed: the other takes over, above what was granted', async (t) => {
    const epochBefore = a.lastGrant?.epoch ?? 0;
    const { masterId } = await passive.untilEvent('START');
    const from = passive.log.length;
    await active.end('SIGKILL');
    await passive.untilEvent('EPOCH', /^grants continue with epoch \d+$/, from);
    await a.until('a grant of the other master', () => a.lastGrant?.masterId === masterId);
    t.ok((a.lastGrant?.epoch ?? 0) > epochBefore, `epoch ${epochBefore}, then ${a.lastGrant?.epoch}`);
    await a.untilEnforced(32);
    t.match(await passive.end('SIGTERM'), { code: 0 });
    t.match(await other.end('SIGINT'), { code: 0 });
    t.match(await b.end('SIGINT'), { code: 0 });
  });
});
