/** `evenkeel meter scan`: what it finds on TCP and on a serial line, what it prints of it, and that it ends. */
import { closedTcpPort, fileIn, folder, output } from '../helpers/daemon-process.js';
import { needsPymodbus, needsTools } from '../helpers/tools.js';
import { independentMeter, simulatedMeter } from './meter-site.js';
import { refusal } from './refusal.js';
import { aside, started } from './world.js';

aside(
  'meter scan of an independent PAC2200: its stdout is a configuration that check takes',
  async (t) => {
    const target = `tcp://127.0.0.1:${await independentMeter(t)}`;
    const scan = await output(['meter', 'scan', target, '--units', '1-2'], { isMeasured: true });
    t.match(scan, { code: 0, stdout: /^# unit {3}1 {2}siemens-pac2200, .*230\/230\/230 V$/m });
    t.match(scan.stdout, `# ${target}: 2 unit ids asked, 1 answered\n`);
    t.match(scan.stderr, `${target}: unit 1, 1 of 2; 0 found\n`, 'progress');
    t.match(scan.stderr, `${target}: unit 1: siemens-pac2200\n`);
    const file = fileIn(folder(t), 'new.yaml', scan.stdout);
    t.match(await output(['check', '-c', file]), { code: 0, stdout: /meter grid, .*siemens-pac2200/, stderr: '' });
    t.match(await output(['meter', 'read', 'grid', '-c', file]), { code: 0, stdout: /current {6}10\.00/ });
  },
  needsPymodbus(),
);

aside(
  'meter scan: Ctrl-C and the end of the time show what was found so far',
  async (t) => {
    const target = `tcp://127.0.0.1:${await independentMeter(t)}`;
    const scan = started(t, ['meter', 'scan', target, '--json']);
    await scan.until('the meter', () => scan.stderr.includes('unit 1: siemens-pac2200'));
    t.match(await scan.end('SIGINT'), { code: 0 });
    t.match(JSON.parse(scan.stdout), {
      target,
      endedBy: 'stopped by Ctrl-C',
      found: [{ connection: target, unit: 1, models: [{ id: 'siemens-pac2200', reading: { currentA: [10, 0, -4] } }] }],
    });
    const short = await output(['meter', 'scan', target, '--timeout', '1']);
    t.match(short, { code: 0, stdout: /\n# the time is over\n/ });
  },
  needsPymodbus(),
);

aside('meter scan: a meter with RS-485 alone, behind a gateway that speaks Modbus TCP', async (t) => {
  const { port } = await simulatedMeter(t, '--model', 'eastron-sdm630-v2', '--unit', '7');
  const scan = await output(['meter', 'scan', `tcp://127.0.0.1:${port}`, '--units', '7']);
  t.match(scan, { code: 0, stdout: /^# unit {3}7 {2}eastron-sdm630-v2, as it says itself/m });
  const file = fileIn(folder(t), 'new.yaml', scan.stdout);
  t.match(await output(['meter', 'read', 'grid', '-c', file]), { code: 0, stdout: /eastron-sdm630-v2/ });
});

aside('meter scan: a meter that answers to every unit id, one behind a gateway, one that nobody knows', async (t) => {
  const [all, one, none] = await Promise.all([
    simulatedMeter(t),
    simulatedMeter(t, '--unit', '7'),
    simulatedMeter(t, '--exception', '2'),
  ]);
  const scan = (port: number, ...options: readonly string[]) =>
    output(['meter', 'scan', `tcp://127.0.0.1:${port}`, '--json', ...options], { isMeasured: true });
  t.match(JSON.parse((await scan(all.port)).stdout), {
    asked: 1,
    endedBy: 'it answers alike to every unit id',
    found: { length: 1, 0: { unit: 1 } },
  });
  const behind = JSON.parse((await scan(one.port)).stdout) as Record<string, unknown>;
  t.match(behind, { endedBy: null, found: { length: 1, 0: { unit: 7, models: [{ id: 'siemens-pac2200' }] } } });
  t.ok(Number(behind['asked']) >= 247, 'every unit id');
  const unknown = await output(['meter', 'scan', `tcp://127.0.0.1:${none.port}`, '--units', '3']);
  t.match(unknown, { code: 0, stdout: /^# unit {3}3 {2}a device of no known model; see: evenkeel meter models$/m });
  t.notMatch(unknown.stdout, 'meters:');
});

aside('meter scan: nobody there, and what is no target', async (t) => {
  const closed = `tcp://127.0.0.1:${await closedTcpPort()}`;
  const [nobody, serial, target, units, baud] = await Promise.all([
    output(['meter', 'scan', closed]),
    output(['meter', 'scan', '/dev/nothing-here']),
    refusal('meter', 'scan', 'http://127.0.0.1'),
    refusal('meter', 'scan', closed, '--units', '9-3'),
    refusal('meter', 'scan', '/dev/nothing-here', '--baud', '960'),
  ]);
  t.match(nobody, { code: 69, stdout: '', stderr: /no connection: connect ECONNREFUSED [\s\S]*check: / });
  t.match(serial, { code: 69, stdout: '', stderr: /nothing-here[\s\S]*check: is the adapter plugged in\?/ });
  t.match(target, { code: 64, stderr: /^target: expected tcp:\/\/HOST.*, got "http:\/\/127\.0\.0\.1"\n$/ });
  t.match(units, { code: 64, stderr: '--units: expected unit ids up to 255 such as 1-20,33, got "9-3"\n' });
  t.match(baud, {
    code: 64,
    stderr: /^target: expected baud as one of 1200, .* \(not "960"\), got "rtu:.*\?baud=960"\n$/,
  });
});

aside(
  'meter scan of a serial line',
  async (t) => {
    const { path } = await simulatedMeter(t, '--pty', '--unit', '4', '--current', '10 5 -3');
    const scan = await output(['meter', 'scan', path, '--baud', '9600', '--units', '3-4'], { isMeasured: true });
    t.match(scan, { code: 0, stdout: /^# unit {3}4 {2}siemens-pac2200, /m });
    t.match(scan.stdout, `connection: "rtu:${path}?baud=9600&parity=none&stopBits=1"\n    unit: 4\n`);
  },
  needsTools('script'),
);
