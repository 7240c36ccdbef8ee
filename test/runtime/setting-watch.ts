/** Meters in a mode in which they must not guard a circuit. */
import t from 'tap';
import { fail, ok, type Result } from '../../src/base/result.js';
import { CARLO_GAVAZZI_EM340 } from '../../src/meters/models/carlo-gavazzi-em340.js';
import { SIEMENS_PAC2200 } from '../../src/meters/models/siemens-pac2200.js';
import type { BusError, RegisterBlock } from '../../src/ports/register-bus.js';
import { SettingWatch } from '../../src/runtime/setting-watch.js';

/** The measurement mode of an EM340 that is set to `mode`, or an error in its place; counts how often it is asked. */
function device(mode: { now: number | BusError }) {
  const asked: RegisterBlock[] = [];
  const read = (block: RegisterBlock): Promise<Result<Uint16Array, BusError>> => {
    asked.push(block);
    return Promise.resolve(typeof mode.now === 'number' ? ok(Uint16Array.of(mode.now)) : fail(mode.now));
  };
  return { asked, read };
}

const EASY = /^measurement mode 0: easy connection \(A\) never shows export; set the measurement mode to B/;

t.test('a mode that never shows export is refused until it is changed, and asked for every ten minutes', async (t) => {
  const mode = { now: 0 };
  const { asked, read } = device(mode);
  const watch = new SettingWatch(CARLO_GAVAZZI_EM340);
  t.match(await watch.check(read, 1000), { ok: true, value: EASY });
  t.match(await watch.check(read, 1250), { ok: true, value: EASY }, 'asked again at once');
  t.strictSame(asked[0], { functionCode: 3, address: 0x1103, count: 1 });
  mode.now = 1;
  t.strictSame(await watch.check(read, 1500), { ok: true, value: undefined });
  mode.now = 0;
  t.strictSame(await watch.check(read, 601_499), { ok: true, value: undefined });
  t.equal(asked.length, 3, 'not asked in between');
  t.match(await watch.check(read, 601_500), { ok: true, value: EASY }, 'changed back at the meter');
});

t.test('a firmware without the register says nothing; a bus that fails does', async (t) => {
  const unknown = device({ now: { kind: 'exception', text: 'exception 2', exceptionCode: 2 } });
  const watch = new SettingWatch(CARLO_GAVAZZI_EM340);
  t.strictSame(await watch.check(unknown.read, 0), { ok: true, value: undefined });
  t.strictSame(await watch.check(unknown.read, 1), { ok: true, value: undefined });
  t.equal(unknown.asked.length, 1, 'not at every poll');
  const silent = device({ now: { kind: 'timeout', text: 'no answer' } });
  const other = new SettingWatch(CARLO_GAVAZZI_EM340);
  t.match(await other.check(silent.read, 0), { ok: false, error: { kind: 'timeout' } });
  t.match(await other.check(silent.read, 1), { ok: false });
  t.equal(silent.asked.length, 2, 'asked until there is an answer');
  const none = device({ now: 0 });
  t.strictSame(await new SettingWatch(SIEMENS_PAC2200).check(none.read, 0), { ok: true, value: undefined });
  t.equal(none.asked.length, 0);
});
