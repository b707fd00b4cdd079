import { PATIENCE_MS } from './caller.js';

// A spec that waits for events ends when they come; this is for the one that fails.
jasmine.DEFAULT_TIMEOUT_INTERVAL = 2 * PATIENCE_MS;
