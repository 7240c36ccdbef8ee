import './runtime/poller.js';
