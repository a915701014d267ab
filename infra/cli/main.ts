#!/usr/bin/env node
import { runProcess } from './program/process.ts';

await runProcess(process.argv.slice(2));
