/** src/base: the words and small tools that every layer shares. */
import './base/aliases.js';
import './base/calendar.js';
import './base/carrier.js';
import './base/errors.js';
import './base/events.js';
import './base/harmless.js';
import './base/ids.js';
import './base/messages.js';
import './base/nearest.js';
import './base/explain.js';
import './base/reason.js';
import './base/rng.js';
import './base/rotation.js';
import './base/units.js';
import './base/crc16.js';
