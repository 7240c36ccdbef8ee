/** Where the daemons begin: as index.ts, but before anything else is loaded the optimizing compiler is switched off. */
import { switchOptimizerOff } from '../daemon/optimizer.js';

switchOptimizerOff();
await import('./index.js');
