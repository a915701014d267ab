import type { LocalSystem } from '../../local/local-system.ts';
import type { Links } from './console.ts';
import { documentAt, examplePhoto, wordsFor } from './installation.ts';

/** What `start` prints: first what a person copies, then the addresses. No line has more than 100 columns. */
export const welcome = (system: LocalSystem, console: Links): string => {
  const { apiOrigin, s3Origin, bucket, credentials, sandbox, webhookUrl, webhookKey } = system;
  return `The local system is ready. Its console, for one browser:

  ${console.writer}

To drop a photo, in another terminal:

  ${wordsFor('drop')} ${examplePhoto} \\
    --account ana --enrollment ENR1 --authorized

To try the capture page, whose link this prints:

  ${wordsFor('capture')} --account ana --enrollment ENR1

With your own tools, after these lines:

  export AWS_ACCESS_KEY_ID=${credentials.accessKeyId}
  export AWS_SECRET_ACCESS_KEY=${credentials.secretAccessKey}
  export AWS_REGION=us-east-1 AWS_ENDPOINT_URL_S3=${s3Origin}

  curl --aws-sigv4 aws:amz:us-east-1:execute-api \\
    --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" \\
    ${apiOrigin}/accounts/ana/revalidations
  aws s3 cp selfie.jpg s3://${bucket}/inbox/ana/ENR1/selfie.jpg \\
    --metadata user-authorized=true

API          ${apiOrigin}
Bucket       ${s3Origin}/${bucket}
Sandbox      ${sandbox?.origin}  (in place of Truora)
Webhook      ${webhookUrl}
Webhook key  ${webhookKey}
Reader       ${console.reader}
             (the console for one who only reads)

The end of the account id selects what the sandbox does: ana is approved, ana-declined is not.
All of them: ${sandbox?.origin}/sandbox/scenarios
and ${documentAt('infra/local/README.md')}, "Scenarios".
Retries are twenty times as fast as in AWS, and a wait takes 1 to 2 s. Ctrl-C ends the system.
`;
};
