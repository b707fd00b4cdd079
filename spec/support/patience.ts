import { PATIENCE_MS } from './caller.js';

// Only a failing spec waits for this timeout.
jasmine.DEFAULT_TIMEOUT_INTERVAL = 2 * PATIENCE_MS;
