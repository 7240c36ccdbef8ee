/**
 * For tap: which sources an entry file is measured for. Measuring slows down what computes by half; these repeat what other
 * entries cover, or run nothing of src.
 */
const NOT_MEASURED = ['allocator', 'drawn', 'evaluation', 'model', 'mutants', 'tidy'];
/** A list that fits no file: tap starts these last, where both processors have time for what computes; `null`: first. */
const NOTHING = ['no-file'];
/** An empty list: all that is loaded. */
const ALL = [];

export default (path) => (NOT_MEASURED.some((name) => path === `build/test/${name}.test.js`) ? NOTHING : ALL);
