import { TallyReporter } from './tally.mjs';

// Node has colours, or none, for whoever says one of these; a spec that wants to say so says it itself.
for (const name of ['CI', 'FORCE_COLOR', 'NO_COLOR', 'NODE_DISABLE_COLORS']) delete process.env[name];

export default {
  spec_dir: 'spec',
  helpers: ['support/patience.ts'],
  spec_files: ['**/*.spec.ts'],
  env: { random: true, stopSpecOnExpectationFailure: false, failSpecWithNoExpectations: true },
  reporters: [new TallyReporter()],
};
