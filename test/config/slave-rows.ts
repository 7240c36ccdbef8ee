/** One wrong thing at a time in the file of a slave. */
import { GOOD_SLAVE, type Row, walk } from './support.js';

const SLAVE_ROWS: readonly Row[] = [
  [
    'a misspelt role is taken for what it means',
    'role: slave',
    'role: slvae',
    '1:7 role: expected one of master, slave, got "slvae"; did you mean "slave"?',
  ],
  [
    "a master's key",
    'id: cp1',
    'id: cp1\nsamplePeriodMs: 1000',
    '3:1 samplePeriodMs: expected one of the keys role, networkId, leaseMs, id, connector, auth, keyFile, driver, discovery, log, got "samplePeriodMs"',
  ],
  ['an unknown driver', 'type: virtual', 'type: ocpp', '4:17 driver.type: expected virtual, got "ocpp"'],
  [
    'no driver',
    'driver: { type: virtual }\n',
    '',
    '1:1 driver: expected a group with the keys type, vehiclePhases, phaseSwitch, vehicleMaxA, got nothing',
  ],
];

walk('a slave file with one thing wrong', GOOD_SLAVE, SLAVE_ROWS);
