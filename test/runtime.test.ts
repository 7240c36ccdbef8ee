import './runtime/master.js';
import './runtime/memory.js';
import './runtime/poller.js';
import './runtime/drop-counter.js';
import './runtime/fixed-masters.js';
import './runtime/late-chargers.js';
import './runtime/auth.js';
