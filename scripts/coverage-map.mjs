/**
 * For tap: which sources an entry file is measured for; `null` for none. Measuring slows down what computes by half. These
 * repeat what other entries cover, or run nothing of src.
 */
const NOT_MEASURED = ['allocator', 'drawn', 'evaluation', 'model', 'mutants', 'tidy'];

/** An empty list: for all that is loaded. */
export default (path) => (NOT_MEASURED.some((name) => path === `build/test/${name}.test.js`) ? null : []);
