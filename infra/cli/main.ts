#!/usr/bin/env node
import { cloneCommands } from './program/clone-commands.ts';
import { runProcess } from './program/process.ts';

await runProcess(process.argv.slice(2), cloneCommands);
