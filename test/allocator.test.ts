import './allocator/oracle.js';
import './allocator/properties.js';
import './allocator/self-test.js';
