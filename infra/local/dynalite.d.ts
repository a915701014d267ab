declare module 'dynalite' {
  import type { Server } from 'node:http';
  /** https://github.com/architect/dynalite: a DynamoDB on LevelDB, in memory unless given a path. */
  export default function dynalite(options?: { path?: string; createTableMs?: number }): Server;
}
