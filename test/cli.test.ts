/** The command line and real processes, as a user meets them. */
import './cli/site.js';
import './cli/restarts.js';
import './cli/masters.js';
import './cli/fire.js';
import './cli/fresh.js';
import './cli/hang.js';
import './cli/fixed.js';
import './cli/crash.js';
import './cli/refused.js';
import './cli/check.js';
import './cli/usage.js';
import './cli/demo.js';
import './cli/demo-table.js';
