import { defineCdk } from './deploy.ts';

export const define = defineCdk('diff');
