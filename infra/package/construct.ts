import type { Config } from '../aws/config.ts';

export type { OutcomeStatus } from '../../shared/domain/lifecycle.ts';
export { type ParameterName, parameterOf } from '../aws/parameters.ts';
export { type Ask, machineOfStage, revalidateWith } from '../aws/revalidate-task.ts';
export type { Settings } from '../aws/settings.ts';
export { FaceRevalidation, type FaceRevalidationProps } from '../aws/stack.ts';

/** The settings of a deployment with every default filled in. */
export type { Config };
