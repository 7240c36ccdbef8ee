import './transports/modbus-tcp.js';
import './transports/modbus-faults.js';
import './transports/modbus-server.js';
import './transports/modbus-meter.js';
import './transports/modbus-independent.js';
