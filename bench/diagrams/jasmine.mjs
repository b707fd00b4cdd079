/** Runs the specs that are drawn, and nothing else; the helper draws them. */
export default {
  spec_dir: '.',
  helpers: ['spec/support/patience.ts', 'bench/diagrams/draw.ts'],
  spec_files: ['spec/streams/**/*.spec.ts'],
  env: { random: false, failSpecWithNoExpectations: true },
};
