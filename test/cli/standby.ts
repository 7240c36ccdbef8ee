/** A master and its standby as processes: the one is killed, the other takes over with what people set, and gives the office back. */
import { discoveryPort, folder, output } from '../helpers/daemon-process.js';
import { aside, siteFile, started, wireSlave } from './world.js';

aside('a standby takes over from a killed master, and gives the office back', async (t) => {
  const port = await discoveryPort();
  const config = siteFile(t, { port, chargePoints: ['a', 'b'] });
  const slaves = await Promise.all(['a', 'b'].map((id) => wireSlave(t, { id, port })));
  const [a] = slaves;
  if (!a) throw new Error('two slaves were opened');
  const [stateDir, standbysDir] = [folder(t), folder(t)];
  const run = () => started(t, ['run', '-c', config, '--state-dir', stateDir]);
  const first = run();
  const standby = started(t, ['run', '-c', config, '--standby', '--state-dir', standbysDir]);
  const idOf = async (master: typeof first): Promise<unknown> => (await master.untilEvent('START'))['masterId'];
  const firstId = await idOf(first);
  const standbyId = await idOf(standby);

  await t.test('it says what it is, and sends no limits', async (t) => {
    await standby.untilEvent('START', /^standby: takes over when no other master was heard for 10 s$/);
    for (const slave of slaves) await slave.untilEnforced(16);
    await a.untilGrants(20);
    t.same([...new Set(a.grants.map(({ grant }) => grant.masterId))], [firstId]);
    const heard = a.beacons.filter(({ masterId }) => masterId === standbyId);
    t.ok(heard.length > 0 && heard.every(({ rank, active }) => rank === 1 && !active), 'its BEACONs say so too');
    t.same([...first.messages('TWO_MASTERS'), ...standby.messages('TWO_MASTERS')], [], 'nothing to worry about');
  });

  await t.test('what people set at the one the other learns', async (t) => {
    const refused = await output(['set', 'operator-limit', 'main', '8', '--state-dir', standbysDir]);
    t.match(refused, { code: 65, stderr: `master ${firstId} decides: set it there, this one learns it` });
    const set = await output(['set', 'operator-limit', 'main', '20', '--state-dir', stateDir]);
    t.match(set, { code: 0 });
    for (const slave of slaves) await slave.untilEnforced(10);
    await standby.untilEvent('OPERATOR', new RegExp(`^takes over what was set at master ${firstId}: main$`));
  });

  await t.test('killed: it takes over with a higher epoch', async (t) => {
    const before = a.lastGrant?.epoch ?? 0;
    await first.end('SIGKILL');
    await standby.untilEvent('TAKEOVER', /^no other master for 10 s: this one takes over with epoch \d+$/);
    await a.until('a grant of the standby', () => a.lastGrant?.masterId === standbyId);
    t.ok((a.lastGrant?.epoch ?? 0) > before);
    for (const slave of slaves) await slave.untilEnforced(10);
    const from = a.grants.length;
    await a.untilGrants(20);
    t.ok(
      a.grants.slice(from).every(({ grant }) => grant.limitA <= 10),
      'with what people set at the other one',
    );
    t.match(await output(['set', 'operator-limit', 'main', 'default', '--state-dir', standbysDir]), { code: 0 });
    for (const slave of slaves) await slave.untilEnforced(16);
  });

  await t.test('the first one is back: it decides again', async (t) => {
    const again = run();
    const againId = await idOf(again);
    await again.untilEvent('OPERATOR', new RegExp(`^takes over what was set at master ${standbyId}: main$`));
    await a.until('a grant of the first', () => a.lastGrant?.masterId === againId);
    const from = a.grants.length;
    await a.untilGrants(20);
    t.same([...new Set(a.grants.slice(from).map(({ grant }) => grant.masterId))], [againId], 'one voice');
    for (const slave of slaves) await slave.untilEnforced(16);
    t.match(await standby.end('SIGTERM'), { code: 0 });
    t.match(await again.end('SIGTERM'), { code: 0 });
  });
});
