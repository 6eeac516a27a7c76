// Tells the editor where its workers are: beside this script, on our own origin.
globalThis.MonacoEnvironment = {
  getWorker(_id, label) {
    const file = WORKER_FILES[label] ?? WORKER_FILES.editor; // put in by build.mjs
    return new Worker(new URL(file, import.meta.url), { type: "module", name: label });
  },
};
