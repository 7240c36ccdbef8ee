import './runtime/master.js';
import './runtime/memory.js';
import './runtime/poller.js';
import './runtime/drop-counter.js';
import './runtime/memory-keeper.js';
import './runtime/commands.js';
