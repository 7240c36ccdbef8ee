/** `evenkeel replay` on recordings of real masters: signed datagrams, a meter, a kill in the middle; and on files that are none. */
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Test } from 'tap';
import { blockBytes, readArea, ringLayout, SEGMENT_BYTES_MAX, titleBytes } from '../../src/runtime/recorder/ring.js';
import { type Daemon, discoveryPort, folder, output } from '../helpers/daemon-process.js';
import { needsMount, smallDisk } from '../helpers/small-disk.js';
import { simulatedMeter } from './meter-site.js';
import { refusal } from './refusal.js';
import { aside, siteFile, started, wireSlave } from './world.js';

const SECRET = 'hush-hush-broker-password';

/** A signed site with a meter and three charging vehicles, recorded. */
async function recordedSite(
  t: Test,
  stateDir: string,
): Promise<{ master: Daemon; meter: Daemon; start: () => Daemon; siteCode: string }> {
  const port = await discoveryPort();
  const keyFile = join(folder(t), 'site.key');
  await output(['keys', 'init', '--key-file', keyFile]);
  const meter = await simulatedMeter(t, '--current', '3 4 5');
  const config = siteFile(t, {
    port,
    limitA: 40,
    circuit: ', meter: grid, meterLocation: excluding, fallbackA: 20',
    chargePoints: ['cp1', 'cp2', 'cp3'],
    more: `meters: [{ id: grid, model: siemens-pac2200, connection: "tcp://127.0.0.1:${meter.port}", pollPeriodMs: 250 }]
keyFile: ${keyFile}
recorder: { maxMb: 1 }
mqtt: { url: "mqtt://127.0.0.1:1", username: somebody, password: ${SECRET} }`,
  });
  started(t, ['simulate', 'slaves', '--count', '3', '--port', String(port), '--key-file', keyFile]);
  const start = (): Daemon => started(t, ['run', '-c', config, '--state-dir', stateDir]);
  const siteCode = /^key 1 (\S+)$/m.exec(readFileSync(keyFile, 'utf8'))?.[1] ?? 'no key';
  return { master: start(), meter: meter.process, start, siteCode };
}

aside(
  'a signed site with a meter is killed, started again, stopped; what was recorded is decided again as it was',
  async (t) => {
    const stateDir = folder(t);
    const file = join(stateDir, 'recorder.ring');
    const { master, meter, start, siteCode } = await recordedSite(t, stateDir);
    await master.untilEvent('RECORDER', /recorder\.ring, 1 MB at most/);
    for (const id of ['cp1', 'cp2', 'cp3']) await master.untilEvent('LIMIT', new RegExp(`^${id} `));
    meter.write('25 4 5');
    await master.untilEvent('LIMIT', /main L1/);
    await wroteMore(file);
    await master.end('SIGKILL');
    t.equal(statSync(file).mode & 0o777, 0o600);
    const killed = await output(['replay', file], { isMeasured: true });
    t.match(
      killed,
      { code: 0, stdout: /^\d+ decisions on \d+ inputs, all as recorded$/m },
      killed.stdout + killed.stderr,
    );
    t.match(killed.stdout, /^ {2}cp1 .* A .*main L1/m);
    const isIn = (text: string): boolean => unpacked(file).includes(text);
    t.ok(siteCode.length > 30 && isIn('Loopback') && isIn('cp1'), 'what is looked for could be found');
    t.same([SECRET, 'somebody', siteCode].filter(isIn), [], 'no password and no key is in it');
    const other = changed(t, file, '"limitA":[40,40,40]', '"limitA":[20,20,20]');
    const differs = await output(['replay', other], { isMeasured: true });
    t.equal(differs.code, 65);
    t.match(
      differs.stdout,
      /^DIFFERENT at \d\d:\d\d:\d\d\.\d{3}, after decision \d+: cp\d\n {2}recorded {2}\d+ A, .+\n {2}now {7}\d+ A, /m,
    );
    const again = start();
    await again.untilEvent('READY');
    // Where leases from before the kill are still in force no limit changes by itself.
    meter.write('30 4 5');
    await again.untilEvent('LIMIT');
    await again.end('SIGTERM');
    const both = await output(['replay', file]);
    t.match(both, { code: 0, stdout: /^\d+ decisions on \d+ inputs, all as recorded$/m });
    t.equal(both.stdout.match(/^Loopback: master \S+, from its start$/gm)?.length, 2, both.stdout);
    const json = await output(['replay', other, '--json'], { isMeasured: true });
    const last: unknown = JSON.parse(json.stdout.trimEnd().split('\n').at(-1) ?? '');
    t.match(last, { verdict: 'different', name: 'cycle', recorded: { limitA: Number }, now: { limitA: Number } });
    const loud = await output(['replay', changed(t, file, '"Loopback"', '"\\u001b[2J\u009b\u202e"')]);
    t.match(loud.stdout, '\\x1b[2J\\x9b\\u{202e}: master', 'what a file says steers no terminal');
    for (const char of ['\x1b', '\x9b', '\u202e']) t.notOk(loud.stdout.includes(char));
  },
);

/** The same recording, with another text in it. */
function changed(t: Test, file: string, before: string, after: string): string {
  const area = readArea(readFileSync(file).subarray(64));
  const text = inflateRawSync(Buffer.concat(area?.payloads ?? []), { finishFlush: 2 }).toString();
  const packed = deflateRawSync(text.replace(before, after));
  const other = join(folder(t), 'other.ring');
  writeFileSync(other, Buffer.concat([titleBytes(ringLayout(1)), blockBytes(0, 0, packed)]));
  return other;
}

/** All that can be read in the file, unpacked. */
function unpacked(file: string): string {
  const bytes = readFileSync(file);
  const area = readArea(bytes.subarray(64));
  return bytes.toString('latin1') + inflateRawSync(Buffer.concat(area?.payloads ?? []), { finishFlush: 2 }).toString();
}

/** What was decided until now is written: the next write may have begun before. */
async function wroteMore(file: string): Promise<void> {
  const seen = new Set<number>();
  while (seen.size < 3) {
    seen.add(statSync(file).mtimeMs);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

aside('what is no recording, damaged or newer is told with what was expected and found', async (t) => {
  const file = join(folder(t), 'night.ring');
  const told = async (bytes: Uint8Array | string): Promise<string> => {
    writeFileSync(file, bytes);
    const { code, stderr } = await refusal('replay', file);
    t.equal(code, 78, stderr);
    return stderr.replace(file, 'FILE');
  };
  t.equal(await told(''), 'FILE: expected a recording of evenkeel, got a file that begins with nothing\n');
  t.match(
    await told('site: Loopback\n'),
    /^FILE: expected a recording of evenkeel, got a file that begins with "site: Loopback\."\n$/,
  );
  const title = titleBytes(ringLayout(1));
  t.match(await told(title), /expected at least one whole block, got none: nothing was recorded, or it is damaged/);
  t.match(
    await told(Buffer.from(title).toString().replace('recording 1', 'recording 2')),
    /expected a recording of format 1, got format 2: a newer evenkeel/,
  );
  t.match(
    await told(Buffer.from(title).toString().replace('8 areas', '9 areas')),
    /expected a title with a good checksum/,
  );
  const withHead = (head: string): Buffer => Buffer.concat([title, blockBytes(0, 0, deflateRawSync(`${head}\n`))]);
  t.match(await told(withHead('hello')), /segment 0: expected the head of a segment, got "hello"/);
  t.match(
    await told(withHead('{"format":2,"version":"9.1.0"}')),
    /expected records of format 1, got format 2: it was recorded by evenkeel 9\.1\.0, replay it with/,
  );
  t.match(await told(withHead('['.repeat(9_000))), /expected the head of a segment, got "\[{60}\.\.\."/);
  t.match(
    await told(titleBytes({ areas: 4_000_000_000, areaBytes: 1_000 })),
    'expected a ring of at most 1024 MB, got 4000000000 areas of 1000 bytes',
  );
  t.match(await told(titleBytes({ areas: 8, areaBytes: 9e6 })), 'got 8 areas of 9000000 bytes');
  const elsewhere = Buffer.concat([title, blockBytes(3, 0, deflateRawSync('{}\n'))]);
  t.match(await told(elsewhere), /expected at least one whole block/, 'a segment where another one belongs');
  const bomb = blockBytes(0, 0, deflateRawSync(Buffer.alloc(SEGMENT_BYTES_MAX + 1)));
  t.match(
    await told(Buffer.concat([titleBytes(ringLayout(4)), bomb])),
    /segment 0: expected a segment of at most 128 MB of text, got .*larger than 128000000 bytes/,
  );
  t.match(await refusal('replay', join(folder(t), 'none')), { code: 78, stderr: /ENOENT/ });
  t.match(await refusal('replay'), { code: 64, stderr: /expected FILE, got nothing; see: evenkeel replay --help/ });
  t.match(await output(['replay', file, '--from', '25:00']), { code: 78 });
  t.match(await output(['replay', file, '--step']), { code: 64, stderr: /--step: expected a terminal/ });
});

aside(
  'the disk is full: control goes on, it is told once, and recorded again as soon as there is room',
  async (t) => {
    const disk = smallDisk(t);
    const filler = join(disk, 'filler');
    t.throws(() => writeFileSync(filler, Buffer.alloc(1 << 20)), { code: 'ENOSPC', message: 'ENOSPC' });
    const port = await discoveryPort();
    const file = join(disk, 'recorder.ring');
    const config = siteFile(t, { port, chargePoints: ['a'], more: `recorder: { file: ${file}, maxMb: 1 }` });
    const master = started(t, ['run', '-c', config, '--state-dir', folder(t)]);
    const slave = await wireSlave(t, { id: 'a', port });
    await master.untilEvent('RECORDER', /cannot be written: .*ENOSPC.*; control goes on, tried again every 10 s/);
    await slave.untilEnforced(32);
    rmSync(filler);
    await master.untilEvent('RECORDER', /can be written again; \d+ inputs are missing in it/);
    await wroteMore(file);
    await master.end('SIGTERM');
    t.match(await output(['replay', file]), {
      code: 0,
      stdout: /in the middle of its run\n[\s\S]*, all as recorded$/m,
    });
    t.equal(master.messages('RECORDER').filter((text) => /cannot/.test(text)).length, 1, 'told once');
  },
  needsMount,
);

aside('a file that is no recording is not written over', async (t) => {
  const file = join(folder(t), 'precious');
  writeFileSync(file, 'something else');
  const config = siteFile(t, { port: await discoveryPort(), more: `recorder: { file: ${file} }` });
  const master = started(t, ['run', '-c', config]);
  await master.untilEvent(
    'RECORDER',
    /cannot be written: expected a recording of evenkeel, got a file that begins with "something else"/,
  );
  await master.end('SIGTERM');
  t.equal(readFileSync(file, 'utf8'), 'something else');
});
