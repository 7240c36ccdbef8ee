/** Masters, slaves and meters as processes of their own. They wait most of the time, the longest come first. */
import './cli/restarts.js';
import './cli/site.js';
import './cli/replay.js';
import './cli/control.js';
import './cli/disk.js';
import './cli/standby.js';
import './cli/masters.js';
import './cli/fixed-masters.js';
import './cli/demo.js';
import './cli/internal-slave.js';
import './cli/fire.js';
import './cli/crash.js';
import './cli/hang.js';
import './cli/fresh.js';
import './cli/flood.js';
import './cli/fixed.js';
import './cli/notified.js';
