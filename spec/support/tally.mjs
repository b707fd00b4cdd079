/** Ends the run with `N passed, N failed, N skipped`, alone on the last line. */
export class TallyReporter {
  #count = { passed: 0, failed: 0, skipped: 0 };

  specDone({ status }) {
    this.#count[status === 'passed' || status === 'failed' ? status : 'skipped'] += 1;
  }

  jasmineDone({ failedExpectations }) {
    const { passed, failed, skipped } = this.#count;
    console.log(`${passed} passed, ${failed + failedExpectations.length} failed, ${skipped} skipped`);
  }
}
