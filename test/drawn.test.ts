/** What is drawn and played many times: it computes and covers nothing that the other entries do not (scripts/coverage-map.mjs). */
import './sim/world/slice.js';
import './sim/ledger.js';
import './sim/standby.js';
import './cli/allocate-fuzz.js';
