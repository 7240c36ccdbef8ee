/** `evenkeel meter read` against an independent meter, silent ones, and a running master that holds the connection. */
import { closedTcpPort, discoveryPort, folder, output } from '../helpers/daemon-process.js';
import { needsRtuLine, rtuLine } from '../helpers/rtu-line.js';
import type { SiteStatus } from '../../src/ports/status-sink.js';
import { needsPymodbus, needsTools } from '../helpers/tools.js';
import { independentMeter, meterFile, relay, simulatedMeter } from './meter-site.js';
import { aside, started } from './world.js';

aside(
  'meter read: an independent PAC2200, for people and for machines',
  async (t) => {
    const port = await independentMeter(t);
    const file = meterFile(t, { connection: `tcp://127.0.0.1:${port}` });
    const [text, json] = await Promise.all([
      output(['meter', 'read', 'grid', '-c', file], { isMeasured: true }),
      output(['meter', 'read', 'grid', '-c', file, '--json'], { isMeasured: true }),
    ]);
    t.match(text, { code: 0, stderr: '' });
    for (const line of [
      'grid: Siemens SENTRON PAC2200',
      `  tcp://127.0.0.1:${port}, unit 1 (siemens-pac2200)`,
      '                L1         L2         L3      TOTAL',
      'current      10.00       0.00      -4.00            A',
      'voltage      230.0      230.0      230.0            V',
      'power         2300          0       -920       1380 W',
    ]) {
      t.ok(text.stdout.split('\n').includes(line), line);
    }
    t.match(text.stdout, /^\d+ ms old; polled in \d+ ms$/m);
    t.match(json, { code: 0, stderr: '' });
    const { ageMs, pollMs, ...rest } = JSON.parse(json.stdout) as Record<string, unknown>;
    t.strictSame(rest, {
      id: 'grid',
      model: 'siemens-pac2200',
      currentA: [10, 0, -4],
      voltageV: [230, 230, 230],
      powerW: [2300, 0, -920],
      totalPowerW: 1380,
      damagedAnswers: 0,
      damagedPercent: 0,
      from: 'meter',
      connection: `tcp://127.0.0.1:${port}`,
      unit: 1,
    });
    t.ok(Number.isInteger(ageMs) && Number.isInteger(pollMs));
  },
  needsPymodbus(),
);

aside('meter read: who does not answer, and what is no meter', async (t) => {
  const port = await closedTcpPort();
  const refusing = await simulatedMeter(t, '--exception', '2');
  const broken = await simulatedMeter(t, '--sentinel', 'L2', '--current', '5 5 5');
  const file = meterFile(t, { connection: `tcp://127.0.0.1:${port}` });
  const misfit = meterFile(t, { connection: `tcp://127.0.0.1:${refusing.port}` });
  const lacking = meterFile(t, { connection: `tcp://127.0.0.1:${broken.port}` });
  const [closed, refused, sentinel, unknown, slave] = await Promise.all([
    output(['meter', 'read', 'grid', '-c', file, '--json']),
    output(['meter', 'read', 'grid', '-c', misfit], { isMeasured: true }),
    output(['meter', 'read', 'grid', '-c', lacking], { isMeasured: true }),
    output(['meter', 'read', 'gird', '-c', file], { isMeasured: true }),
    output(['meter', 'read', 'grid', '-c', 'package.json']),
  ]);
  t.match(closed, { code: 69, stdout: '' });
  t.match(closed.stderr, `connect ECONNREFUSED 127.0.0.1:${port}`);
  t.match(closed.stderr, /check: is Modbus TCP switched on in it\?/);
  t.match(closed.stderr, /check: many meters take one connection only/);
  t.match(refused, {
    code: 69,
    stdout: '',
    stderr: /exception 2: illegal data address[\s\S]*check: is the model right\?/,
  });
  t.match(sentinel, { code: 69, stdout: '', stderr: /register 15 \(currentL2\): expected a value, got [\s\S]*check:/ });
  const tooWide = [closed, refused, sentinel].flatMap(({ stderr }) => stderr.split('\n').slice(1));
  t.same(
    tooWide.filter((line) => line.length > 80),
    [],
  );
  const text = 'meter: expected one of grid, heating, got "gird"; did you mean "grid"?\n';
  t.match(unknown, { code: 64, stdout: '', stderr: text });
  t.match(slave, { code: 78, stdout: '' });
});

aside('meter read while the master runs: over its connection, not a second one', async (t) => {
  const meter = await simulatedMeter(t, '--current', '7 8 -9');
  const { port, connections } = await relay(t, meter.port);
  const more = `discovery: { port: ${await discoveryPort()}, interfaces: [lo] }`;
  const connection = `tcp://127.0.0.1:${port}`;
  const [file, stateDir] = [meterFile(t, { connection, more }), folder(t)];
  const other = meterFile(t, { connection, more, site: 'Elsewhere' });
  const master = started(t, ['run', '-c', file, '--state-dir', stateDir]);
  await master.untilEvent('METER_OK', /grid/);
  const read = (config: string, ...options: readonly string[]) =>
    output(['meter', 'read', 'grid', '-c', config, '--state-dir', stateDir, '--json', ...options]);
  t.match(JSON.parse((await read(file)).stdout), { from: 'master', currentA: [7, 8, -9], pollMs: null });
  t.equal(connections(), 1);
  t.match(JSON.parse((await read(file, '--direct')).stdout), { from: 'meter', currentA: [7, 8, -9] });
  t.match(JSON.parse((await read(other)).stdout), { from: 'meter' }, 'a master of another site');
  t.equal(connections(), 3);
  const scan = await output(['meter', 'scan', connection, '--units', '1'], { env: { STATE_DIRECTORY: stateDir } });
  t.match(scan, {
    code: 0,
    stderr: /^note: the master of "Metered" runs here and holds its meters \(grid, heating\);\n/,
  });

  await meter.process.end();
  await master.untilEvent('METER_LOST', /grid/);
  const lost = await read(file);
  t.match(lost, {
    code: 69,
    stdout: '',
    stderr: /the running master, which holds its connection, says: .*grid: no good/,
  });
  const absent = await output(['meter', 'read', 'grid', '-c', file, '--socket', `${stateDir}/none.sock`]);
  t.match(absent, { code: 69, stderr: /control socket .*none\.sock: expected a running master/ });
});

aside('meter read --watch: values that change, a meter that goes and comes back', async (t) => {
  const meter = await simulatedMeter(t, '--current', '1 2 3');
  const file = meterFile(t, { connection: `tcp://127.0.0.1:${meter.port}` });
  const watch = started(t, ['meter', 'read', 'grid', '-c', file, '--watch', '--json']);
  const shows = (currentA: string) => () => watch.text.some((line) => line.includes(`"currentA":${currentA}`));
  await watch.until('the first values', shows('[1,2,3]'));
  meter.process.write('20 -2 3');
  await watch.until('the new values', shows('[20,-2,3]'));
  await meter.process.end();
  await watch.until('the loss', () => /meter grid: expected values, got none: /.test(watch.stderr));
  const again = started(t, ['simulate', 'meter', '--listen', `127.0.0.1:${meter.port}`, '--current', '4 4 4']);
  await again.until('the meter', () => again.text.length > 0);
  await watch.until('its values again', shows('[4,4,4]'));
  t.match(await watch.end('SIGINT'), { code: 0 });
});

aside(
  'meter read over a serial line',
  async (t) => {
    const { path } = await simulatedMeter(t, '--pty', '--current', '7 8 -9', '--model', 'carlo-gavazzi-em340');
    const file = meterFile(t, { connection: `rtu:${path}`, model: 'carlo-gavazzi-em340' });
    const read = await output(['meter', 'read', 'grid', '-c', file, '--json']);
    const connection = `rtu:${path}?baud=9600&parity=none&stopBits=1`;
    t.match(JSON.parse(read.stdout), { model: 'carlo-gavazzi-em340', currentA: [7, 8, -9], connection, unit: 1 });
  },
  needsTools('script'),
);

aside(
  'a noisy serial line: in the log, in the status and in what is read; its values stay good',
  async (t) => {
    const line = await rtuLine('--units', '1-1', '--baud', '57600', '--latency-ms', '2');
    t.teardown(() => line.close());
    await line.say('noise 0.2');
    const connection = `rtu:${line.path}?baud=57600`;
    const more = `discovery: { port: ${await discoveryPort()}, interfaces: [lo] }`;
    const file = meterFile(t, { connection, more, meter: ', pollPeriodMs: 100, timeoutMs: 200' });
    const stateDir = folder(t);
    const master = started(t, ['run', '-c', file, '--state-dir', stateDir]);
    const told = await master.untilEvent('METER_NOISY', /grid/);
    t.match(told.msg, /^\d+\.\d % of the answers of meter grid arrived damaged in the last minute: check the cable/);
    const [json, text] = await Promise.all([
      output(['status', '--json', '--state-dir', stateDir]),
      output(['status', '--state-dir', stateDir]),
    ]);
    const { meters } = JSON.parse(json.stdout) as SiteStatus;
    const grid = meters.find(({ id }) => id === 'grid');
    t.ok((grid?.damagedAnswers ?? 0) >= 3, json.stdout);
    t.ok((grid?.damagedPercent ?? 0) > 0.5, json.stdout);
    t.match(text.stdout, /^meter grid: .*% of its/m);
    if (grid?.currentA[0] !== null) t.strictSame(grid?.currentA, [1.5, 1.5, 1.5]);
  },
  needsRtuLine(),
);
