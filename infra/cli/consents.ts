import { receiptsOf } from '../../shared/consent/receipts.ts';
import { type ConsentReceipt, endOfConsent } from '../../shared/domain/consent.ts';
import { AccountId } from '../../shared/domain/ids.ts';
import { timeText } from './program/case.ts';
import type { Context } from './program/context.ts';
import type { Define } from './program/define.ts';
import { connect, outputOf, type StageOptions, takeStage } from './program/deployment.ts';
import { exitCodeHelp, exitCodes } from './program/exit-codes.ts';
import { parseArgument } from './program/usage.ts';

type Options = StageOptions & { json?: boolean };

export const define: Define = (command, does, context) => {
  takeStage(command)
    .description("Lists a person's receipts of consent, newest first: live, expired and revoked ones.")
    .argument('<account>', 'the person')
    .option('--json', 'print the receipts as JSON, one in each line')
    .addHelpText('after', exitCodeHelp('no receipt is live'));
  does(command, (account: string, options: Options) => list(account, options, context));
};

const list = async (given: string, options: Options, context: Context): Promise<number> => {
  const account = parseArgument(AccountId, given, 'account');
  const receipts = await receiptsOf(outputOf(await connect(options, context), 'LedgerTable'), account);
  for (const receipt of receipts) context.print(options.json ? JSON.stringify(receipt) : lineOf(receipt));
  if (receipts.length === 0) context.log('there is no receipt');
  return receipts.some((receipt) => stateOf(receipt) === 'live') ? exitCodes.ok : exitCodes.no;
};

const stateOf = (receipt: ConsentReceipt) =>
  ({ consent_revoked: 'revoked', consent_expired: 'expired', live: 'live' })[
    endOfConsent({ receipt, revokingAt: receipt.revokedAt }, new Date()) ?? 'live'
  ];

const lineOf = (receipt: ConsentReceipt): string => {
  const { givenAt, receiptId, textId, language, textVersion, validUntil } = receipt;
  const text = `${textId}.${language}.${textVersion}`;
  return [timeText(givenAt), receiptId, stateOf(receipt).padEnd(7), text, `until ${timeText(validUntil)}`].join('  ');
};
