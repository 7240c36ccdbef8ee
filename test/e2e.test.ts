import './e2e/independents.js';
import './e2e/independents-auth.js';
import './e2e/lossy.js';
import './e2e/network.js';
import './e2e/phase-switch.js';
import './e2e/real-day.js';
import './e2e/rough.js';
import './e2e/wake-up.js';
