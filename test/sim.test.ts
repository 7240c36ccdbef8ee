import './sim/arrivals.js';
import './sim/day.js';
import './sim/wiring.js';
import './sim/answers.js';
import './sim/ledger.js';
import './sim/standby.js';
import './sim/use-cases.js';
import './sim/replay.js';
