// Runs the verifier beside the page, so that the page goes on answering. `{verifier, files}` in; each step that was
// checked out, then the report.
"use strict";

self.onmessage = ({ data }) => {
  importScripts(data.verifier);
  const report = globalThis.DrawVerifier.verify(data.files, (step) => self.postMessage({ step }));
  self.postMessage({ report });
};
