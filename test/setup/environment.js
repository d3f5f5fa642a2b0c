// Node's test environment, and two things helpers need: whether a test of the file failed, and a place for what must be
// ended after the file. A hook cannot serve: jest accepts none once the tests run, and a crash in a hook skips others.
'use strict';
require('./compiled-once.js');
const { TestEnvironment } = require('jest-environment-node');

module.exports = class TocsinEnvironment extends TestEnvironment {
  async setup() {
    await super.setup();
    this.global.tocsinTestFile = { failed: [], cleanups: [] };
  }

  async handleTestEvent(event) {
    const { failed } = this.global.tocsinTestFile;
    if (event.name === 'test_done' && event.test.errors.length > 0) failed.push(event.test.name);
    if (event.name === 'hook_failure') failed.push(`${event.hook.type} hook`);
    if (event.name === 'run_finish') await this.cleanUp(); // the last moment at which the file's own modules work
  }

  async cleanUp() {
    const { failed, cleanups } = this.global.tocsinTestFile;
    for (const cleanup of cleanups.splice(0).reverse()) {
      try {
        await cleanup({ failed: failed.length > 0 });
      } catch (error) {
        console.error(`after the tests of this file: ${error instanceof Error ? error.stack : error}`);
      }
    }
  }
};
