/** The vectors at the edges of docs/protocol.md (section 11), read by the codec and written by the slave. */
import t from 'tap';
import type { Message } from '../../src/base/messages.js';
import type { PhaseAmps } from '../../src/base/units.js';
import { decode, encode } from '../../src/discovery/codec.js';
import { FIELD } from '../../src/discovery/fields.js';
import { SlaveCore } from '../../src/dlm/leases/slave.js';
import { slaveFactsOf } from '../helpers/messages.js';
import { exampleOf, table } from './page.js';
import { split } from './wire.js';

const CHANGE = /^at (\d+) (?:(insert|write) `([0-9a-f ]+)`|remove (\d+))$/;

/** "at 96 insert `c8`, at 239 remove 1" */
function changed(bytes: Uint8Array, text: string): Uint8Array {
  const result = [...bytes];
  for (const part of text.split(', ')) {
    const [, at, verb, hex = '', count = '0'] = CHANGE.exec(part) ?? [];
    if (at === undefined) throw new Error(`no change: ${part}`);
    const values = hex === '' ? [] : hex.split(' ').map((byte) => Number.parseInt(byte, 16));
    const removed = verb === 'write' ? values.length : Number(count);
    result.splice(Number(at), removed, ...values);
  }
  return new Uint8Array(result);
}

/** "`phases` 7", "`currentA` 641.94, 13.38, 0.04" */
function withValue(message: Message, text: string): unknown {
  const [, name = '', values = ''] = /^`(\w+)` (.*)$/.exec(text) ?? [];
  const numbers = values.split(', ').map(Number);
  t.ok(name in message, `${message.type} has ${name}`);
  return { ...message, [name]: numbers.length === 1 ? numbers[0] : numbers };
}

t.test('changed examples', async (t) => {
  const rows = table('datagram | change');
  t.ok(rows.length >= 16, `${rows.length} rows`);
  for (const [type = '', change = '', as = '', why] of rows) {
    const { bytes, message, counter } = exampleOf(type.toLowerCase() as Message['type']);
    const got = decode(changed(bytes, change), message.networkId);
    const value = { message: as === 'the same' ? message : as === 'garbage' ? null : withValue(message, as), counter };
    t.strictSame(got, as === 'garbage' ? { ok: false, error: 'garbage' } : { ok: true, value }, `${type}: ${why}`);
  }
});

t.test('measured currents and their bytes', async (t) => {
  for (const [measured = '', hex = ''] of table('measured | bytes')) {
    const amps = Number(/^(-?[\d.]+) A$/.exec(measured)?.[1]);
    const core = new SlaveCore(slaveFactsOf('cp1'), 0);
    const currentA: PhaseAmps = [amps, 0, 0];
    core.observe({ state: 'Charging', sessionId: 1, currentA }, 1000);
    const [, bytes] = split(encode(core.status(1000), 1)).fields.find(([id]) => id === FIELD.currents) ?? [];
    const wanted = hex
      .replaceAll('`', '')
      .split(' ')
      .map((byte) => Number.parseInt(byte, 16));
    t.strictSame(bytes?.slice(0, 2), wanted, measured);
  }
});
