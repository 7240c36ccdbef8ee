/** Where keys are looked for, which files are refused, and that no message carries a piece of a key. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { parseConfig } from '../../src/config/parse.js';
import type { Config, MasterConfig, SlaveConfig } from '../../src/config/types.js';
import { EXIT, ExitError } from '../../src/daemon/exit-codes.js';
import { authReport, chargePointAuth, describeAuth, loadSiteKeys, siteAuth } from '../../src/daemon/site-key.js';
import { codeOf } from '../../src/discovery/key-code.js';
import { chargePointKeyText, siteKeyText } from '../../src/discovery/key-file.js';
import { chargePointKeys } from '../../src/discovery/keys.js';
import { nodeMac } from '../../src/transports/node-mac.js';
import { folder } from '../helpers/daemon-process.js';

const KEY = { id: 3, key: Uint8Array.from({ length: 16 }, (_, index) => 255 - index) };
const CODE = codeOf(KEY.key, nodeMac);
const SITE_TEXT = siteKeyText([KEY], nodeMac);

function config(text: string): Config {
  const parsed = parseConfig(text, { meterModels: [] });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  return parsed.value;
}

function master(...lines: readonly string[]): MasterConfig {
  const parsed = config(['site: x', 'circuits: [{ id: main, limitA: 63 }]', ...lines].join('\n'));
  if (parsed.role !== 'master') throw new Error('a master');
  return parsed;
}

function slave(...lines: readonly string[]): SlaveConfig {
  const parsed = config(['role: slave', 'id: cp1', 'driver: { type: virtual }', ...lines].join('\n'));
  if (parsed.role !== 'slave') throw new Error('a slave');
  return parsed;
}

function file(directory: string, name: string, text: string, mode = 0o600): string {
  mkdirSync(directory, { recursive: true });
  const path = join(directory, name);
  writeFileSync(path, text, { mode });
  chmodSync(path, mode);
  return path;
}

function refusal(run: () => unknown): ExitError {
  try {
    run();
  } catch (error) {
    if (error instanceof ExitError) return error;
    throw error;
  }
  throw new Error('it was taken');
}

t.test('on, off, and what is left out', async (t) => {
  const here = folder(t);
  const keyFile = file(here, 'site.key', SITE_TEXT);
  t.strictSame(siteAuth(master('auth: on', `keyFile: ${keyFile}`), {})?.keys.ids, [3]);
  t.strictSame(siteAuth(master(`keyFile: ${keyFile}`), {})?.keys.ids, [3], 'left out: a key is there');
  t.equal(siteAuth(master('auth: off', `keyFile: ${keyFile}`), {}), undefined);
  t.equal(describeAuth(siteAuth(master(`keyFile: ${keyFile}`), {})), 'auth on (key id 3)');
  t.equal(describeAuth(undefined), 'auth off');
  for (const lines of [['auth: on'], []]) {
    const missing = refusal(() => siteAuth(master(...lines, `keyFile: ${join(here, 'no.key')}`), {}));
    t.equal(missing.exitCode, EXIT.config);
    t.match(missing.message, /no\.key: expected a key file.*, got nothing; make it with: evenkeel keys init, or write/);
  }
});

t.test('what systemd hands over', async (t) => {
  const handedOver = folder(t);
  const env = { CREDENTIALS_DIRECTORY: handedOver };
  file(handedOver, 'site-key', SITE_TEXT, 0o440);
  t.strictSame(siteAuth(master('auth: on'), env)?.keys.ids, [3], 'its mode says nothing: it may carry an access list');
  const other = file(folder(t), 'site.key', siteKeyText([{ ...KEY, id: 9 }], nodeMac));
  t.strictSame(siteAuth(master(`keyFile: ${other}`), env)?.keys.ids, [9], 'what the configuration names goes first');
  file(handedOver, 'site-key', 'none\n');
  t.equal(siteAuth(master(), env), undefined, 'there was no file');
  const missing = refusal(() => siteAuth(master('auth: on'), env));
  t.equal(missing.exitCode, EXIT.config);
  t.match(missing.message, /^\/etc\/evenkeel\/keys\/site\.key: expected a key file, as auth is on, got nothing; /);
  const own = chargePointKeys(KEY, 'cp1', nodeMac);
  file(handedOver, 'charge-point-key', chargePointKeyText({ chargePointId: 'cp1', keys: [own] }, nodeMac));
  t.strictSame(chargePointAuth(slave('auth: on'), env)?.keys.ids, [3]);
});

t.test('files that are refused', async (t) => {
  const here = folder(t);
  const rows: readonly (readonly [string, string, number, number, RegExp])[] = [
    ['group', SITE_TEXT, 0o640, EXIT.permission, /for its owner alone, got mode 0640; type: chmod 600 \/.*group$/],
    ['others', SITE_TEXT, 0o604, EXIT.permission, /got mode 0604/],
    ['empty', '', 0o600, EXIT.config, /line 1: expected "key ID CODE", got none/],
    ['typo', SITE_TEXT.replace(/.\n$/, '#\n'), 0o600, EXIT.config, /line 2: expected a good code/],
    ['long', `${SITE_TEXT}${'#'.repeat(5000)}`, 0o600, EXIT.config, /expected a key file, got \d+ bytes/],
  ];
  for (const [name, text, mode, exitCode, message] of rows) {
    const path = file(here, name, text, mode);
    const refused = refusal(() => siteAuth(master(`keyFile: ${path}`), {}));
    t.equal(refused.exitCode, exitCode, name);
    t.match(refused.message, message);
    for (const part of CODE.split('-')) t.notOk(refused.message.includes(part), 'no piece of the key');
  }
  t.match(refusal(() => siteAuth(master(`keyFile: ${here}`), {})).message, /got something else/);
  t.match(refusal(() => loadSiteKeys(join(here, 'nothing'))).message, /got nothing; make one with: evenkeel keys init/);
  const others = chargePointKeyText({ chargePointId: 'cp2', keys: [chargePointKeys(KEY, 'cp2', nodeMac)] }, nodeMac);
  const wrong = refusal(() => chargePointAuth(slave(`keyFile: ${file(here, 'cp2', others)}`), {}));
  t.match(wrong, { exitCode: EXIT.config, message: /expected the keys of charge point cp1, got those of cp2$/ });
});

t.test('evenkeel check needs no key, and says what will be', async (t) => {
  const here = folder(t);
  const keyFile = file(here, 'site.key', SITE_TEXT);
  const rows: readonly (readonly [Config, string, RegExp])[] = [
    [master('auth: off'), 'off', /^auth: off; any device/],
    [master(`keyFile: ${keyFile}`), 'on', /^auth on \(key id 3\), \/.*site\.key$/],
    [master('auth: on', `keyFile: ${join(here, 'no')}`), 'on', /^auth: will not start: .*got nothing/],
    [master('auth: on', `keyFile: ${file(here, 'open', SITE_TEXT, 0o644)}`), 'on', /will not start: .*chmod 600/],
    [slave('auth: off'), 'off', /^auth: off; any device/],
  ];
  for (const [given, auth, text] of rows) t.match(authReport(given, {}), { auth, text });
  const none = { CREDENTIALS_DIRECTORY: folder(t) };
  file(none.CREDENTIALS_DIRECTORY, 'site-key', 'none');
  t.match(authReport(master(), none), { auth: 'off', text: /^auth off: no key at .*; make one: evenkeel keys init$/ });
});

t.test('a code where a path belongs is not shown', async (t) => {
  const parsed = parseConfig(`site: x\nkeyFile: ${CODE}\ncircuits: [{ id: main, limitA: 63 }]`, { meterModels: [] });
  t.notOk(parsed.ok);
  t.notOk(JSON.stringify(parsed).includes(CODE.slice(0, 9)));
  t.match(JSON.stringify(parsed), /an absolute path such as/);
});
