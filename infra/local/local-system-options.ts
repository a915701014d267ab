import type { Config } from '../aws/config.ts';
import type { BusEvent } from './event-bus.ts';
import type { MachineEvent } from './history.ts';
import type { RoleCall } from './iam/roles.ts';
import type { Ports } from './ports.ts';
import type { Template } from './template.ts';
import type { SandboxSettings } from './truora/sandbox.ts';

export type LocalSystemOptions = {
  /** The real Truora or a stand-in, with its key; the sandbox when left out. */
  truora?: { origin: string; key: string };
  sandboxSettings?: Partial<SandboxSettings>;
  /** Overrides of the local settings below. */
  config?: Partial<Config>;
  /** Factor on the seconds between retries. */
  pace?: number;
  /** False when the event of a failed execution is lost. */
  deliversFailures?: () => boolean;
  /** Keeps the keys for evidence on disk. */
  keyDirectory?: string;
  /** Keeps the ledger on disk. */
  ledgerDirectory?: string;
  onEvent?: (event: MachineEvent) => void;
  onLog?: (line: string) => void;
  /** Gets each event on our bus. */
  onAnnounced?: (event: BusEvent) => void;
  /** Gets each call of a role, and whether it was allowed. */
  onCall?: (call: RoleCall) => void;
  /** The port of each service; any free one when left out. */
  ports?: Ports;
  /** Registers the enrollment of each request at the sandbox, unless the sandbox knows it. */
  autoEnroll?: boolean;
  /** Changes the template before the system starts. */
  edit?: (template: Template) => Template;
};
