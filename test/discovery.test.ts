/** src/discovery: the bytes of the DLM protocol, and the page that describes them. */
import './discovery/auth.js';
import './discovery/auth-vectors.js';
import './discovery/flood-gate.js';
import './discovery/garbage.js';
import './discovery/keys.js';
import './discovery/known-texts.js';
import './discovery/page-bytes.js';
import './discovery/page-numbers.js';
import './discovery/page-slave.js';
import './discovery/round-trip.js';
import './discovery/sizes.js';
import './discovery/page-edges.js';
