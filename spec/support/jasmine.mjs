import { TallyReporter } from './tally.mjs';

// These variables change Node's colours. A spec that needs one sets it.
for (const name of ['CI', 'FORCE_COLOR', 'NO_COLOR', 'NODE_DISABLE_COLORS']) delete process.env[name];

export default {
  spec_dir: 'spec',
  helpers: ['support/patience.ts'],
  spec_files: ['**/*.spec.ts'],
  env: { random: true, stopSpecOnExpectationFailure: false, failSpecWithNoExpectations: true },
  reporters: [new TallyReporter()],
};
