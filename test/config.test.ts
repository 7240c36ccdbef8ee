/** Cases of the configuration layer. */
import './config/examples.js';
import './config/changes.js';
import './config/values.js';
import './config/shape-rows.js';
import './config/slave-rows.js';
import './config/schedule-rows.js';
import './config/cross-rows.js';
import './config/own-limit-rows.js';
import './config/meter-rows.js';
import './config/input-rows.js';
import './config/section-14a-rows.js';
import './config/mode-rows.js';
import './config/worked-rows.js';
import './config/solar-rows.js';
import './config/garbage.js';
import './config/report.js';
import './config/ways-out.js';
