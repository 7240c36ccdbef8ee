import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  constants,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import type { Result } from '../../src/base/result.js';
import { createStateFile } from '../../src/daemon/state-file.js';
import type { StateStore } from '../../src/ports/state-store.js';
import type { Timers } from '../../src/ports/time.js';
import { eventually } from '../helpers/machine.js';
import { realTimers } from '../helpers/real-time.js';
import { makeReadOnly, needsMount, smallDisk } from '../helpers/small-disk.js';

type Tap = typeof t;

function scratch(t: Pick<Tap, 'teardown'>): string {
  const directory = mkdtempSync(join(tmpdir(), 'evenkeel-state-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

function save(store: StateStore, text: string): Promise<Result<void>> {
  return new Promise((resolve) => store.save(text, resolve));
}

t.test('nothing there, then what was saved', async (t) => {
  const directory = scratch(t);
  const store = createStateFile(directory, realTimers);
  t.same(store.load(), { ok: true, value: undefined });
  t.same(await save(store, '{"epoch":1}\u00e4'), { ok: true, value: undefined });
  const { ino } = statSync(join(directory, 'state.json'));
  t.same(await save(store, '{"epoch":2}'), { ok: true, value: undefined });
  t.not(statSync(join(directory, 'state.json')).ino, ino, 'another file takes the place; none is ever half written');
  t.same(createStateFile(directory, realTimers).load(), { ok: true, value: '{"epoch":2}' });
  t.same(readdirSync(directory), ['state.json'], 'nothing else is left');
  t.equal(statSync(join(directory, 'state.json')).mode & 0o777, 0o600);
});

t.test("left-overs of a crash are in nobody's way", async (t) => {
  const directory = scratch(t);
  writeFileSync(join(directory, 'state.json.new'), 'half a sta', { mode: 0o644 });
  const store = createStateFile(directory, realTimers);
  t.same(store.load(), { ok: true, value: undefined });
  t.match(await save(store, 'whole'), { ok: true });
  t.same(store.load(), { ok: true, value: 'whole' });
  t.equal(statSync(join(directory, 'state.json')).mode & 0o777, 0o600);
});

t.test('what cannot be read is an error, not an empty state', (t) => {
  const directory = scratch(t);
  const file = join(directory, 'state.json');
  mkdirSync(file);
  t.match(createStateFile(directory, realTimers).load(), {
    ok: false,
    error: /^cannot read .*state\.json: expected a file/,
  });
  rmSync(file, { recursive: true });
  writeFileSync(file, Buffer.from([0x7b, 0xff, 0xfe]));
  t.match(createStateFile(directory, realTimers).load(), {
    ok: false,
    error: /^cannot read .*state\.json: .*not valid/,
  });
  writeFileSync(file, Buffer.alloc(4 * 1024 * 1024 + 1));
  t.match(createStateFile(directory, realTimers).load(), {
    ok: false,
    error: /expected at most 4194304 bytes, got 4194305/,
  });
  t.end();
});

t.test('the file: the text, and its SHA-256 as the last line', async (t) => {
  const directory = scratch(t);
  const file = join(directory, 'state.json');
  for (const text of ['{"epoch":1}', '', 'two\nlines\n', 'sha256 of nothing']) {
    await save(createStateFile(directory, realTimers), text);
    const sum = spawnSync('sha256sum', { input: text, encoding: 'utf8' }).stdout.slice(0, 64);
    t.equal(readFileSync(file, 'utf8'), `${text}\nsha256 ${sum}\n`);
    t.same(createStateFile(directory, realTimers).load(), { ok: true, value: text });
  }
});

t.test('fault 44: cut off anywhere, or any byte of it changed: refused, with the reason', async (t) => {
  const directory = scratch(t);
  const file = join(directory, 'state.json');
  const store = createStateFile(directory, realTimers);
  await save(store, '{"epoch":17}');
  const good = readFileSync(file);
  for (let length = 0; length < good.length; length++) {
    writeFileSync(file, good.subarray(0, length));
    t.match(
      store.load(),
      { ok: false, error: /state\.json is cut off: it does not end with its checksum$/ },
      `${length}`,
    );
  }
  for (let place = 0; place < good.length; place++) {
    const bad = Buffer.from(good);
    bad[place] = (bad[place] ?? 0) ^ 1;
    writeFileSync(file, bad);
    t.match(store.load(), { ok: false, error: /state\.json is (cut off|damaged): / }, `byte ${place}`);
  }
  writeFileSync(file, Buffer.alloc(good.length));
  t.match(store.load(), { ok: false }, 'zeros, as a power cut leaves them');
  writeFileSync(file, Buffer.from(good.toString().replace('17', '18')));
  t.match(store.load(), { ok: false, error: /state\.json is damaged: its checksum does not fit$/ });
});

t.test('what cannot be used is set aside, in the place of what was set aside before', async (t) => {
  const directory = scratch(t);
  const aside = join(directory, 'state.json.corrupt');
  const store = createStateFile(directory, realTimers);
  for (const text of ['first', 'second']) {
    writeFileSync(join(directory, 'state.json'), text);
    t.same(store.setAside(), { ok: true, value: aside });
    t.equal(readFileSync(aside, 'utf8'), text);
    t.same(store.load(), { ok: true, value: undefined });
  }
  mkdirSync(join(directory, 'state.json', 'x'), { recursive: true });
  t.match(store.setAside(), { ok: true }, 'a folder too');
  t.ok(statSync(aside).isDirectory());
  t.match(store.setAside(), { ok: false, error: /^cannot rename .*state\.json: ENOENT/ });
});

t.test('saves that come while one runs are one save, of the latest', async (t) => {
  const directory = scratch(t);
  const store = createStateFile(directory, realTimers);
  const results = await Promise.all(
    Array.from({ length: 100 }, async (_, index) => {
      const result = await save(store, String(index));
      const there = store.load();
      return `${result.ok} ${there.ok ? there.value : there.error}`;
    }),
  );
  t.equal(results[0], 'true 0', 'the first is written at once');
  t.same(new Set(results.slice(1)), new Set(['true 99']), 'the others wait for the text of the last');
  t.match(await save(store, 'after'), { ok: true });
  t.same(store.load(), { ok: true, value: 'after' });
});

t.test('a directory that is not there', async (t) => {
  const store = createStateFile(join(scratch(t), 'missing'), realTimers);
  t.same(store.load(), { ok: true, value: undefined });
  t.match(await save(store, 'x'), { ok: false, error: /^cannot write .*state\.json: ENOENT/ });
});

t.test('a directory that may not be written', async (t) => {
  const directory = scratch(t);
  // Root writes everywhere; a file in the place of the temporary one stops root too.
  if (process.getuid?.() === 0) mkdirSync(join(directory, 'state.json.new', 'x'), { recursive: true });
  else chmodSync(directory, 0o500);
  const store = createStateFile(directory, realTimers);
  t.match(await save(store, 'x'), { ok: false, error: /^cannot write .*state\.json: (EACCES|EISDIR)/ });
  if (process.getuid?.() !== 0) chmodSync(directory, 0o700);
  else rmSync(join(directory, 'state.json.new'), { recursive: true });
  t.match(await save(store, 'x'), { ok: true }, 'and it works as soon as it may');
});

t.test('a full disk: the old state stays, and there is room again afterwards', needsMount, async (t) => {
  const directory = smallDisk(t);
  const store = createStateFile(directory, realTimers);
  t.match(await save(store, 'old'), { ok: true });
  t.match(await save(store, 'x'.repeat(200_000)), { ok: false, error: /ENOSPC/ });
  t.same(store.load(), { ok: true, value: 'old' });
  t.same(readdirSync(directory), ['state.json']);
  t.match(await save(store, 'new'), { ok: true });
  t.same(store.load(), { ok: true, value: 'new' });
});

t.test('a read-only file system', needsMount, async (t) => {
  const directory = smallDisk(t);
  const store = createStateFile(directory, realTimers);
  await save(store, 'old');
  makeReadOnly(directory);
  t.match(await save(store, 'new'), { ok: false, error: /EROFS/ });
  t.match(store.setAside(), { ok: false, error: /EROFS/ });
  t.same(store.load(), { ok: true, value: 'old' });
});

t.test('a disk that does not answer keeps nobody waiting, and nothing queues up', async (t) => {
  const directory = scratch(t);
  const stuck = join(directory, 'state.json.new');
  // Opening a pipe for writing waits until somebody reads from it.
  spawnSync('mkfifo', [stuck]);
  const hastyTimers: Timers = {
    after: (_, call) => {
      const immediate = setImmediate(call);
      return () => clearImmediate(immediate);
    },
  };
  const store = createStateFile(directory, hastyTimers);
  t.match(await save(store, 'a'), { ok: false, error: /the disk takes more than 5 s$/ });
  t.match(await save(store, 'b'), { ok: false, error: /the disk takes more than 5 s$/ });
  t.match(await save(store, 'c'), { ok: false, error: /the disk takes more than 5 s$/ });
  const reader = openSync(stuck, constants.O_RDONLY | constants.O_NONBLOCK);
  t.teardown(() => closeSync(reader));
  await eventually('the last text', () => {
    const state = store.load();
    return state.ok && state.value === 'c';
  });
});
