import './modbus/encodings.js';
import './modbus/plan.js';
