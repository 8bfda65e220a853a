import { loadWorkflowBundle, shippedFolder } from './workflow-bundle.ts';

// To be run when an image or a package is built: the compiler unpacks native code into a cache, which a worker with a read-only root does not have.
await loadWorkflowBundle(shippedFolder);
