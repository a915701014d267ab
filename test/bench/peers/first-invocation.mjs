import { pathToFileURL } from 'node:url';

// What Lambda does with a bundle: imports it and invokes its handler. The event is one that every function refuses by its
// schema, so that no side waits for a service; what is thrown or answered is all the same.
const { handler } = await import(pathToFileURL(process.argv[2]).href);
await Promise.resolve(handler({}, { functionName: 'measured', getRemainingTimeInMillis: () => 1000 })).catch(() => {});
process.exit(0);
