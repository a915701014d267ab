import { type Command, Option } from 'commander';
import { type FieldName, fields } from '../../../shared/domain/field-names.ts';
import { AccountId, TruoraId } from '../../../shared/domain/ids.ts';
import { englishErrors } from '../../../shared/domain/parse.ts';
import { CallRequest, ForceNew, Options } from '../../../shared/domain/request.ts';
import type { Context } from './context.ts';
import { repeatable } from './define.ts';
import { type MediaFile, readMedia } from './media.ts';
import { numberOf, parseArgument, UsageError } from './usage.ts';

/** The value and the words of each option, by the field that it stands for. */
const words: Record<FieldName, readonly [value: string, description: string]> = {
  userAuthorized: ['', 'the person has agreed to be verified (required)'],
  accountId: ['<id>', 'the person, by the id that Truora knows (required)'],
  enrollmentId: ['<id>', "Truora's enrollment of the person (required)"],
  threshold: ['<number>', 'least similarity for an approval, 0 to 1'],
  liveness: ['<form>', 'passive or disabled: the older form of --subvalidation'],
  subvalidations: ['<name>', 'similarity or passive_liveness; may be given several times'],
  retryOf: ['<id>', "the declined validation to retry, by Truora's id or ours (with passive liveness)"],
  minimumPrecision: ['<precision>', 'only for speech_match, which needs a live capture'],
  timeoutSeconds: ['<seconds>', 'how long Truora gives the validation, 1 to 21600'],
  resultMode: ['<mode>', 'callback: wait for a webhook first; poll: read at intervals only'],
  purpose: ['<name>', 'what the check is for: a policy of the deployment'],
  consentReceiptId: ['<id>', 'the receipt of consent, where the deployment requires one'],
  reference: ['<text>', 'your own name for the case; another one makes another re-validation'],
  forceNew: ['<reason>', 'pay for the same case again, and record the reason'],
};

/** Every option that stands for a field of the request, from the one list of fields. */
const optionOf = ({ field, flag }: (typeof fields)[number]): Option => {
  const [value, description] = words[field];
  const flags = `--${flag} ${value}`.trim();
  return field === 'subvalidations' ? repeatable(flags, description) : new Option(flags, description);
};

const optionByField = new Map(fields.map((one) => [one.field, optionOf(one)]));

const flagOf = (field: FieldName): string => `--${optionByField.get(field)?.name()}`;

/** Adds the file and the options of a request to a command. */
export const takeRequest = (command: Command): Command => {
  command.argument('<file>', 'a photo or video; - reads stdin');
  for (const one of fields) command.addOption(optionOf(one));
  return command;
};

type Given = Record<string, unknown>;

/** The request of the command line, checked by the rules of the machine's first step. */
export type Requested = {
  media: MediaFile;
  accountId: string;
  enrollmentId: string;
  options: Options;
  purpose: string | undefined;
  consentReceiptId: string | undefined;
  reference: string | undefined;
  forceNew: ForceNew | undefined;
};

/** @throws UsageError naming the option or the file, and the rule */
export const readRequest = async (
  file: string,
  given: Given,
  context: Pick<Context, 'folder' | 'stdin'>,
): Promise<Requested> => {
  const value = (field: FieldName): unknown => given[optionByField.get(field)?.attributeName() ?? ''];
  if (value('userAuthorized') !== true) {
    throw new UsageError('--authorized is required: it says that the person has agreed to be verified');
  }
  const accountId = parseArgument(AccountId, value('accountId'), flagOf('accountId'));
  const enrollmentId = parseArgument(TruoraId, value('enrollmentId'), flagOf('enrollmentId'));
  const { shape } = CallRequest;
  const purpose = parseArgument(shape.purpose, value('purpose'), flagOf('purpose'));
  const consentReceiptId = parseArgument(shape.consentReceiptId, value('consentReceiptId'), flagOf('consentReceiptId'));
  const reference = parseArgument(shape.reference, value('reference'), flagOf('reference'));
  const reason = value('forceNew');
  const forceNew =
    reason === undefined ? undefined : { reason: parseArgument(ForceNew.shape.reason, reason, flagOf('forceNew')) };
  const options = readOptions(value);
  const media = await readMedia(file, options, context);
  return { media, accountId, enrollmentId, options, purpose, consentReceiptId, reference, forceNew };
};

const readOptions = (value: (field: FieldName) => unknown): Options => {
  const given = fields
    .filter(({ field }) => field in Options.shape)
    .map(({ field }) => {
      const isNumber = field === 'threshold' || field === 'timeoutSeconds';
      return [field, isNumber ? numberOf(value(field)) : value(field)] as const;
    })
    .filter(([, of]) => of !== undefined);
  const { success, data, error } = Options.safeParse(Object.fromEntries(given), englishErrors);
  if (success) return data;
  const [issue] = error.issues;
  throw new UsageError(`${flagOf(String(issue?.path[0]) as FieldName)}: ${issue?.message}`);
};
