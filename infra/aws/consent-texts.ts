import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConsentTexts } from '../../shared/domain/consent.ts';
import type { Config } from './config.ts';
import { StageError, stageFolder } from './stage-file.ts';

/** Each file in it is a text of consent: `transfer.CO.es.1.md`. */
export const consentFolder = join(stageFolder, 'consent');

/**
 * The names and hashes are a variable of one function, and all variables of a function have 4 KB together (documented). About forty
 * texts fit. A variable needs no store that could be changed beside the deployment.
 */
const MOST_CHARACTERS = 3000;

/** Policies are a variable of some of the same functions; the rest of the 4 KB is for names and addresses. */
const MOST_TOGETHER = 3300;

const EXTENSION = '.md';

const filesIn = (folder: string): string[] => {
  try {
    return readdirSync(folder).filter((file) => file.endsWith(EXTENSION));
  } catch {
    return [];
  }
};

/**
 * The texts of consent with the hashes of their bytes, as they are at the deployment. A text that changes under its name is another
 * text from the next deployment on, and receipts keep the hash of the earlier one.
 * @throws StageError for a file name that is not `purpose.COUNTRY.language.version.md`, for more than fit, and for none where receipts
 *   are required
 */
export const consentTextsOf = (
  folder: string,
  { consentMode, policies }: Pick<Config, 'consentMode' | 'policies'>,
): ConsentTexts => {
  const texts = Object.fromEntries(
    filesIn(folder).map((file) => {
      const hash = createHash('sha256')
        .update(readFileSync(join(folder, file)))
        .digest('base64url');
      return [file.slice(0, -EXTENSION.length), hash];
    }),
  );
  const { success, error } = ConsentTexts.safeParse(texts);
  if (!success)
    throw new StageError(`consent/${String(error.issues[0]?.path[0])}.md: must be purpose.COUNTRY.language.version.md`);
  const { length } = JSON.stringify(texts);
  if (length > MOST_CHARACTERS)
    throw new StageError(
      `consent: the names and hashes of all texts must be at most ${MOST_CHARACTERS} characters, not ${length}`,
    );
  if (length + JSON.stringify(policies).length > MOST_TOGETHER)
    throw new StageError(
      `consent: its names and hashes and the setting policies must be at most ${MOST_TOGETHER} characters together`,
    );
  if (consentMode === 'receipt' && Object.keys(texts).length === 0)
    throw new StageError('consentMode: receipt needs at least one text of consent');
  return texts;
};
