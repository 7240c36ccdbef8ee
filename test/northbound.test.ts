import './northbound/topics.js';
import './northbound/outbox.js';
import './northbound/mqtt-docs.js';
import './northbound/mqtt-broker.js';
import './northbound/mqtt-masters.js';
import './northbound/mqtt-flood.js';
import './northbound/mqtt-inputs.js';
