import './chargers/virtual.js';
