import * as z from 'zod/mini';

export const loopback = ['127.0.0.1', '[::1]', 'localhost'];

/** Media and keys are sent there, so it is https. http is only for a stand-in on this machine. */
export const origin = z.string().check(
  z.refine((text) => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    return (
      url?.origin === text &&
      (url.protocol === 'https:' || (url.protocol === 'http:' && loopback.includes(url.hostname)))
    );
  }, 'must be https, and scheme, host and port alone'),
);

/** A page of this origin may upload. `*` in a name would admit every page of the web, or of a shared domain. */
export const corsOrigin = origin.check(z.refine((text) => !text.includes('*'), 'must name one origin: no *'));

/** A part follows it, so it is an address without a query, a fragment or a slash at its end. */
export const documentationUrl = z.string().check(
  z.refine((text) => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    return url?.protocol === 'https:' && !/[?#]|\/$/.test(text) && url.username === '';
  }, 'must be https, without a query, a fragment or a slash at the end'),
);

/** A token follows it behind `#`: https, or a page on this machine. */
export const captureUrl = z.string().check(
  z.maxLength(300),
  z.refine((text) => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && loopback.includes(url.hostname));
    return isSafe && url?.username === '' && !text.includes('#');
  }, 'must be https, without a fragment'),
);

/** The other partitions: China, GovCloud, the isolated ones and the European Sovereign Cloud (documented). */
const OTHER_PARTITIONS = /^(cn|us-gov|us-iso[a-z]?|eu-isoe|eusc)-/;

/** Addresses and service names have another domain there, and this project was not tried there. */
export const isOfAnotherPartition = (region: string): boolean => OTHER_PARTITIONS.test(region);

export const claim = z.string().check(z.regex(/^[A-Za-z][A-Za-z0-9_:.-]{0,63}$/, 'must be the name of a claim'));

export const scope = z.string().check(z.regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,128}$/, 'must be a scope'));

/** AWS takes letters, digits, spaces and these signs (documented), and keeps names that begin with `aws:`. Letters here are Latin. */
export const tagName = z
  .string()
  .check(z.regex(/^(?!aws:)[A-Za-zÀ-ÖØ-öø-ɏ0-9 _.:/=+@-]{1,128}$/, 'must be the name of a tag'));

export const tagValue = z
  .string()
  .check(z.regex(/^[A-Za-zÀ-ÖØ-öø-ɏ0-9 _.:/=+@-]{0,256}$/, 'must be the value of a tag'));

export const RUNBOOK = 'infra/aws/RUNBOOK.md';

/** 300 characters: an alarm's description has 1024, and its other words use up to 500. */
export const runbook = z.string().check(
  z.maxLength(300),
  z.refine(
    (text) => text === RUNBOOK || (/^https:\/\/[^\s#]+$/.test(text) && URL.canParse(text)),
    'must be an https address without #',
  ),
);
