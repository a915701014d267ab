import * as z from 'zod/mini';
import { CampaignBody, CampaignId } from '../../shared/campaigns/campaign.ts';
import { CampaignList, CampaignView } from '../../shared/campaigns/view.ts';
import { Amendment } from '../../shared/domain/amendments.ts';
import {
  CaseStatus,
  Revalidation,
  RevalidationPage,
  StartBody,
  Started,
  TicketBody,
  UploadForm,
} from '../../shared/domain/api.ts';
import {
  CaptureBody,
  CaptureConsentBody,
  CaptureFormBody,
  CaptureLinkBody,
  CaptureSession,
  CaptureView,
} from '../../shared/domain/capture.ts';
import { ConsentBody, ConsentList, ConsentReceipt } from '../../shared/domain/consent.ts';
import { DayNumbers, Health, OperatorCase } from '../../shared/domain/console.ts';
import { ErasureAnswer } from '../../shared/domain/erasure.ts';
import { AccountId, ConsentReceiptId, RevalidationId, TruoraId } from '../../shared/domain/ids.ts';
import { PersonPage, PersonProblem, PersonRevalidation, PersonStarted } from '../../shared/domain/person-view.ts';
import { Problem } from '../../shared/domain/problem.ts';
import { Options } from '../../shared/domain/request.ts';
import { Outcome, Receipt, Timestamp } from '../../shared/domain/revalidation.ts';
import { Jwks } from '../../shared/evidence/jwks.ts';

/** API Gateway's own answer, when no function was asked (documented). */
const GatewayError = z.object({ message: z.string() });

/** An SD-JWT: header, claims and signature, then each disclosure. */
const Evidence = z.string().check(z.regex(/^[\w-]+\.[\w-]+\.[\w-]+~([\w-]+~)*$/));

/** The schemas of the document by name. The functions parse with the same schemas. */
export const schemas = {
  TicketBody,
  CaptureBody,
  StartBody,
  Started,
  Revalidation,
  RevalidationPage,
  PersonStarted,
  PersonRevalidation,
  PersonPage,
  ConsentBody,
  ConsentReceipt,
  ConsentList,
  CaptureLinkBody,
  CaptureSession,
  CaptureView,
  CaptureConsentBody,
  CaptureFormBody,
  Problem,
  PersonProblem,
  Jwks,
  Evidence,
  ErasureAnswer,
  OperatorCase,
  DayNumbers,
  Health,
  CampaignBody,
  CampaignView,
  CampaignList,
  CampaignId,
  GatewayError,
  Options,
  Outcome,
  Amendment,
  Receipt,
  UploadForm,
  CaseStatus,
  AccountId,
  RevalidationId,
  ConsentReceiptId,
  TruoraId,
  Timestamp,
} as const;

export type SchemaName = keyof typeof schemas;

const uriOf = (name: string) => `#/components/schemas/${name}`;

const convert = { io: 'input', unrepresentable: 'throw' } as const;

/**
 * All schemas as components that refer to each other. zod's own conversion, not `zod-openapi` (6.0.2 was tried): for answers it writes
 * `additionalProperties: false`, though readers must accept new fields, and it writes each schema that is sent and answered twice.
 */
export const componentSchemas = (): Record<string, object> => {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(schemas)) registry.add(schema, { id });
  const { schemas: found } = z.toJSONSchema(registry, { ...convert, uri: uriOf });
  return Object.fromEntries(Object.entries(found).map(([name, { $schema: _, $id: __, ...rest }]) => [name, rest]));
};

export const ref = (name: SchemaName) => ({ $ref: uriOf(name) });

/** The schema of a parameter: a reference if it has a name. */
export const schemaOf = (schema: z.ZodMiniType): object => {
  const named = Object.entries(schemas).find(([, one]) => one === schema);
  if (named) return { $ref: uriOf(named[0]) };
  const { $schema: _, ...rest } = z.toJSONSchema(schema, convert);
  return rest;
};
