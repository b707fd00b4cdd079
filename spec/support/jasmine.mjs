import { TallyReporter } from './tally.mjs';

export default {
  spec_dir: 'spec',
  spec_files: ['**/*.spec.ts'],
  env: { random: true, stopSpecOnExpectationFailure: false, failSpecWithNoExpectations: true },
  reporters: [new TallyReporter()],
};
