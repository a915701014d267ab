import { describe, expect, test } from 'vitest';
import { isErrorBody, readJson } from '../../shared/truora/body.ts';

describe('a body in JSON', () => {
  test.each<[string, unknown]>([
    ['{"a":null,"b":"","c":0,"d":false,"e":" "}', { c: 0, d: false, e: ' ' }],
    ['{"in":{"a":null,"b":[{"c":""}]}}', { in: { b: [{}] } }],
    ['{"validations":null,"others":null}', { validations: [] }],
    ['{"validations":""}', {}],
    ['\uFEFF {"a":1}\n', { a: 1 }],
  ])('%j gives %j', (text, said) => {
    expect(readJson(text)).toEqual(said);
    expect(Object.keys(readJson(text) as object)).toEqual(Object.keys(said as object));
  });

  test.each(['null', '""', '', '{', '<a/>'])('gives nothing where it is %j', (text) => {
    expect(readJson(text)).toBeUndefined();
  });
});

describe('the body of a success', () => {
  test.each([
    '<Error><Code>AccessDenied</Code></Error>',
    '  <error/>',
    '<ErrorResponse>',
    '<?xml version="1.0" encoding="UTF-8"?><Error>',
    '<?xml version="1.0"?>\n <Error>',
    '<!-- a --> <!-- b -->\n<html>',
    '<!--a--><body>',
    '<?xml?><!--a-->  <head>',
    '<!DOCTYPE html>',
    '<!doctype   html>',
    '<HTML lang="en">',
    '{"error":"no"}',
    '{"errors":["no"]}',
    '{"error":null,"errors":{"a":1}}',
    '{"http_code":400}',
    '{"http_code":"500"}',
    '<ok/>',
    '\uFEFF<PostResponse/>',
    '<h1>502 Bad Gateway</h1>',
    '<center>nginx</center>',
    '{"code":10400,"message":"invalid file"}',
    '{"code":"AnyCode"}',
    '{"Code":"Any","Message":"Request has expired"}',
    '{"message":"Forbidden"}',
    '{"errorMessage":"no"}',
    '{"error_message":"no"}',
    '{"ERROR":{"a":1}}',
    '{"http_code":200,"message":"stored","error":"no"}',
    '{"success":false}',
    '{"Ok":false}',
    'AccessDenied: Request has expired',
    'x SignatureDoesNotMatch',
    '["EntityTooLarge"]',
  ])('%j reports an error', (body) => {
    expect(isErrorBody(body)).toBe(true);
  });

  test.each([
    '',
    'ok',
    'all well <error>',
    'x<?xml?><Error>',
    '{"error":false}',
    '{"errors":0}',
    '{"http_code":399}',
    '{"http_code":200,"error":null}',
    '{"http_code":"many"}',
    'null',
    '7',
    '[]',
    '{}',
    '{"errors":[]}',
    '{"error":{}}',
    '{"message":""}',
    '{"code":0}',
    '{"http_code":200,"message":"stored","code":7}',
    '{"success":true}',
    '{"ok":true}',
  ])('%j reports none', (body) => {
    expect(isErrorBody(body)).toBe(false);
  });
});
