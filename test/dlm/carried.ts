/**
 * A recording that begins in the middle of a run begins with the state of the core: each class that changes names all its fields in its
 * `carry`. Held here by the text of the sources, so that a field that is added later is not forgotten; test/sim/replay shows that they work.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { ROOT } from '../helpers/daemon-process.js';

/** Files and folders where what changes is the slave's, or made anew for each division and each cycle. */
const NOT_THE_MASTERS: readonly string[] = [
  'dlm/leases/slave.ts',
  'dlm/leases/wake-ups.ts',
  'dlm/allocate.ts',
  'dlm/sharing/services.ts',
  'dlm/sharing/limit-sums.ts',
  'dlm/outlook.ts',
  'dlm/sharing/phase-switch.ts',
  'dlm/division/',
  'runtime/slave.ts',
  'runtime/kept-limit.ts',
  'runtime/charger-watch.ts',
  'runtime/fixed-masters.ts',
];
/** Before the door of the master: what they say comes in as inputs. */
const OUTSIDE: readonly string[] = [
  'runtime/poller.ts',
  'runtime/input-poller.ts',
  'runtime/input-gate.ts',
  'runtime/pace.ts',
  'runtime/identity-watch.ts',
  'runtime/setting-watch.ts',
  'runtime/drop-counter.ts',
  'runtime/unread-peers.ts',
  'runtime/recorder/',
];
/** Fields that are not carried, and why. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  'dlm/limits/schedule.ts #standing': 'found again: it follows from the table and the time',
  'dlm/limits/schedule.ts #change': 'as above',
  'runtime/master.ts #cancelBeacon': 'a replay has no timers: they are inputs',
  'runtime/master.ts #cancelTick': 'as above',
  'runtime/memory-keeper.ts #isSaving': 'false: nothing is carried while a save runs',
  'runtime/memory-keeper.ts #askers': 'empty while no save runs',
};

const FIELD = /^ {2}(?:static )?(readonly )?(#?\w+)(?:: ([^=;]+))?(?: = (.+))?;$/gm;
const METHOD_CARRY = /^ {2}carry\(carrier: Carrier\): void \{\n([\s\S]*?)^ {2}\}$/m;

interface Field {
  readonly name: string;
  readonly isChanging: boolean;
}

/** Those of the classes of a file, up to the first method of each. */
function fieldsOf(text: string): readonly Field[] {
  const classes = [...text.matchAll(/^(?:export )?class [\s\S]*?^\}$/gm)].map(([body]) => body);
  return classes.flatMap((body) =>
    [...body.matchAll(FIELD)].map(([, readonly, name = '', type = '', value = '']) => {
      const holdsMore = /^new (Map|Set)|^\[\]/.test(value) || (readonly && /^(Map|Set)</.test(type) && value !== '');
      return { name, isChanging: readonly === undefined || holdsMore === true };
    }),
  );
}

t.test('every class of the master that changes carries all that changes in it', async (t) => {
  const files = ['dlm', 'runtime'].flatMap((layer) =>
    readdirSync(join(ROOT, 'src', layer), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => `${layer}/${name}`),
  );
  let held = 0;
  for (const file of files.filter((name) => ![...NOT_THE_MASTERS, ...OUTSIDE].some((path) => name.startsWith(path)))) {
    const text = readFileSync(join(ROOT, 'src', file), 'utf8');
    const carry = METHOD_CARRY.exec(text)?.[1] ?? '';
    for (const { name, isChanging } of fieldsOf(text)) {
      if (!isChanging || `${file} ${name}` in LEFT_OUT) continue;
      held += 1;
      t.match(
        carry,
        new RegExp(`this\\.${name}\\b`),
        `src/${file}: ${name} is named in carry, or in LEFT_OUT with a reason`,
      );
    }
  }
  t.ok(held > 70, `${held} fields are held`);
});
