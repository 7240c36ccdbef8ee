/** The lease protocol as a model, judged by spin: docs/model.md. */
import './model/verdicts.js';
