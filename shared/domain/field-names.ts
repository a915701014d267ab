/** The four names of each field. The command line, the form that is sent to Truora and a table of the documents use this list. */
export const fields = [
  { field: 'userAuthorized', metadata: 'user-authorized', flag: 'authorized', form: 'user_authorized' },
  { field: 'accountId', metadata: undefined, flag: 'account', form: 'account_id' },
  { field: 'enrollmentId', metadata: undefined, flag: 'enrollment', form: undefined },
  { field: 'threshold', metadata: 'options', flag: 'threshold', form: 'threshold' },
  { field: 'liveness', metadata: 'options', flag: 'liveness', form: undefined },
  { field: 'subvalidations', metadata: 'options', flag: 'subvalidation', form: 'subvalidations' },
  { field: 'retryOf', metadata: 'options', flag: 'retry-of', form: 'retry_of_id' },
  { field: 'minimumPrecision', metadata: 'options', flag: 'minimum-precision', form: 'minimum_precision' },
  { field: 'timeoutSeconds', metadata: 'options', flag: 'timeout', form: 'timeout' },
  { field: 'resultMode', metadata: 'options', flag: 'mode', form: undefined },
  { field: 'purpose', metadata: 'purpose', flag: 'purpose', form: undefined },
  { field: 'consentReceiptId', metadata: 'consent', flag: 'consent', form: undefined },
  { field: 'reference', metadata: 'reference', flag: 'reference', form: undefined },
  { field: 'forceNew', metadata: undefined, flag: 'force-new', form: undefined },
] as const;

export type FieldName = (typeof fields)[number]['field'];

/** The form key of Truora for one of our fields. @throws TypeError for a field that is never sent */
export const formKeyOf = (name: FieldName): string => {
  const form = fields.find(({ field }) => field === name)?.form;
  if (!form) throw new TypeError(`${name} is never sent to Truora`);
  return form;
};
