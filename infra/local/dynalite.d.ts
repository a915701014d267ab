declare module 'dynalite' {
  import type { Server } from 'node:http';
  /** https://github.com/architect/dynalite: DynamoDB on LevelDB, in memory unless `path` is given. */
  export default function dynalite(options?: { path?: string; createTableMs?: number }): Server;
}
