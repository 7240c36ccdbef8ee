/** Mutants of how masters tell each other what people set. */
import type { Row } from './edit.js';

const EXCHANGE = 'dlm/masters/settings-exchange.js';
const KILLER = 'dlm/settings-exchange';
const SCENES = 'sim/world/rows-operator';

export const SETTINGS_MUTANTS: readonly Row[] = [
  ['0019', 'half of it is taken', EXCHANGE, 'told.length === parts', 'told.length >= parts - 1', KILLER],
  ['0019', 'parts that have moved', EXCHANGE, 'collection.parts !== parts', 'false', KILLER],
  ['0019', 'an answer to somebody else', EXCHANGE, 'bootId !== this.#parts.bootId ||', '', KILLER],
  ['0019', 'another start tells', EXCHANGE, '|| masterBootId !== collection.bootId', '', KILLER],
  ['0019', 'another version is told', EXCHANGE, 'compareVersions(version, collection.version) === 0 &&', '', KILLER],
  [
    '0019',
    'what people set meanwhile is lost',
    EXCHANGE,
    'if (compareVersions(version, settings.version) <= 0)\n            return;',
    '',
    KILLER,
  ],
  ['0019', 'lost questions are not asked again', EXCHANGE, '{ ...known, nextPart: 0 }', 'known', KILLER],
  [
    '0019',
    'what is set has no new version',
    'dlm/limits/settings.js',
    'this.#version.revision + 1',
    'this.#version.revision',
    SCENES,
  ],
  ['0019', 'the version is not kept', 'dlm/limits/settings.js', 'version: this.#version,', '', SCENES],
  [
    '0019',
    'BEACONs do not show it',
    'runtime/master.js',
    'rank, epoch, active, settings };',
    'rank, epoch, active };',
    SCENES,
  ],
  [
    '0019',
    'a stolen network key sets limits',
    'discovery/keys.js',
    'if (!isOfChargePoint(type))\n                return masters.get(keyId);',
    'if (!isOfChargePoint(type))\n                return networks.get(keyId);',
    'discovery/auth',
  ],
];
