/** Where the daemons begin: as index.ts, but before anything else is loaded SIGHUP is held, and the optimizing compiler switched off. */
import { holdHangups } from '../daemon/hangup.js';
import { switchOptimizerOff } from '../daemon/optimizer.js';

holdHangups();
switchOptimizerOff();
await import('./index.js');
