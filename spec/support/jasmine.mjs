import { TallyReporter } from './tally.mjs';

export default {
  spec_dir: 'spec',
  helpers: ['support/patience.ts'],
  spec_files: ['**/*.spec.ts'],
  env: { random: true, stopSpecOnExpectationFailure: false, failSpecWithNoExpectations: true },
  reporters: [new TallyReporter()],
};
