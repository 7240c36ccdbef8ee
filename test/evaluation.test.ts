/** The groundwork of `make evaluate`: sessions, vehicles and load, the bound, the baselines, the measures, the page. */
import './evaluation/sessions.js';
import './evaluation/inputs.js';
import './evaluation/bound.js';
import './evaluation/baselines.js';
import './evaluation/measures.js';
import './evaluation/rows.js';
import './evaluation/managed.js';
import './evaluation/weeks.js';
