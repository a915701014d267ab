import { CaptureBody } from '../../shared/domain/capture.ts';
import type { Options } from '../../shared/domain/request.ts';
import { isEnrolled, registerEnrollment } from '../local/put-media.ts';
import { callApi, prettyBody, TOKEN } from './program/api.ts';
import type { Context } from './program/context.ts';
import type { Define } from './program/define.ts';
import { connect, type StageOptions, takeStage } from './program/deployment.ts';
import { exitCodeHelp, exitCodes } from './program/exit-codes.ts';
import { parseArgument, UsageError } from './program/usage.ts';

type Given = StageOptions & {
  account?: string;
  enrollment?: string;
  country?: string;
  purpose?: string;
  video?: true;
  live?: true;
};

export const define: Define = (command, does, context) => {
  takeStage(command)
    .description('Starts a case whose media a person makes on the capture page, and prints its link. It opens once.')
    .option('--account <id>', 'the person, by the id that Truora knows (required)')
    .option('--enrollment <id>', "Truora's enrollment of the person (required)")
    .option('--country <code>', 'the country of the text of consent, such as CO; the person chooses when left out')
    .option('--purpose <name>', 'what the check is for: a policy of the deployment')
    .option('--video', 'ask for a video of three seconds, with passive liveness')
    .option('--live', 'ask for a phrase that the person reads aloud')
    .addHelpText(
      'after',
      `\nA stage whose API takes tokens: put the token into the environment variable ${TOKEN}.${exitCodeHelp('the API refused the call')}`,
    );
  does(command, (given: Given) => capture(given, context));
};

/** What each kind of recording asks for. A phrase needs its precision. */
const optionsOf = ({ video, live }: Given): Options | undefined => {
  if (live) return { subvalidations: ['similarity', 'passive_liveness', 'speech_match'], minimumPrecision: 'high' };
  return video ? { subvalidations: ['similarity', 'passive_liveness'] } : undefined;
};

const capture = async (given: Given, context: Context): Promise<number> => {
  if (given.video && given.live) throw new UsageError('--video: has no use with --live, which is a video, too');
  const { shape } = CaptureBody;
  const accountId = parseArgument(shape.accountId, given.account, '--account');
  const enrollmentId = parseArgument(shape.enrollmentId, given.enrollment, '--enrollment');
  const country = parseArgument(shape.country, given.country, '--country');
  const purpose = parseArgument(shape.purpose, given.purpose, '--purpose');
  const connected = await connect(given, context);
  const { running } = connected;
  const person = { accountId, enrollmentId };
  if (running?.autoEnroll) await registerEnrollment(running.sandboxOrigin, person);
  else if (running && !(await isEnrolled(running.sandboxOrigin, person)))
    throw new UsageError(
      `--enrollment: is none that the sandbox knows of account ${accountId}; register it with the command enroll`,
    );
  const body = JSON.stringify({
    ...{ ...person, country, purpose, options: optionsOf(given) },
    capture: given.live ? 'live' : true,
  });
  const answer = await callApi(connected, { method: 'POST', path: '/revalidations', body }, context);
  if (answer.status >= 300) {
    context.log(`POST /revalidations: ${answer.status}`);
    context.print(prettyBody(answer));
    return exitCodes.no;
  }
  const { revalidationId, captureUrl } = JSON.parse(answer.body) as { revalidationId: string; captureUrl?: string };
  if (!captureUrl) throw new Error(`${revalidationId} has no link: it has ended`);
  context.log(`re-validation ${revalidationId}; the link opens once, within ten minutes`);
  context.print(captureUrl);
  return exitCodes.ok;
};
