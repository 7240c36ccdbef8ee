/** The rules of the repository, as tests: the layer table, banned words, lengths, links, dependencies. */
import './tidy/repository.js';
import './tidy/self-test.js';
import './tidy/features.js';
