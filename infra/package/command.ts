#!/usr/bin/env node
import { commands } from '../cli/program/commands.ts';
import { runProcess } from '../cli/program/process.ts';

await runProcess(process.argv.slice(2), commands);
