import './daemon/events.js';
import './daemon/logger.js';
import './daemon/port-holder.js';
import './daemon/sd-notify.js';
import './daemon/state-file.js';
import './daemon/systemd.js';
