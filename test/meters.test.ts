import './meters/models.js';
import './meters/images.js';
import './meters/decode.js';
import './meters/belief.js';
import './meters/virtual-meter.js';
import './meters/virtual-device.js';
import './meters/faults.js';
import './meters/soak.js';
