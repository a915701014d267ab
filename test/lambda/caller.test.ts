import { describe, expect, test } from 'vitest';
import { CalledBy } from '../../shared/domain/request.ts';
import { callerOf, maySee, refuseOthers, refuseOthersMedia } from '../../shared/lambda/caller.ts';
import { callEvent } from '../support/routes.ts';

const iam = (userArn: string) => callEvent({ authorizer: { iam: { userArn } } });

const jwt = (claims: object) => callEvent({ authorizer: { jwt: { claims, scopes: [] } } });

describe('a caller', () => {
  test('takes the name of a role in any session, or of a user', () => {
    const role = 'arn:aws:sts::111122223333:assumed-role/Onboarding';
    for (const session of ['one', 'two/three']) {
      expect(callerOf(iam(`${role}/${session}`), undefined).calledBy).toBe(`iam:${role}`);
    }
    const user = 'arn:aws:iam::111122223333:user/ana';
    expect(callerOf(iam(user), undefined).calledBy).toBe(`iam:${user}`);
  });

  test('takes the name of the subject of a token, or of its client', () => {
    expect(callerOf(jwt({ sub: 'a', client_id: 'b' }), undefined).calledBy).toBe('jwt:a');
    expect(callerOf(jwt({ client_id: 'b' }), undefined).calledBy).toBe('jwt:b');
  });

  test.each([['absent', callEvent({ authorizer: {} })]])('never takes the name %s', (_, event) => {
    expect(() => callerOf(event, undefined)).toThrow();
  });

  test.each(['Ana Pérez', 'a\nb', 'a'.repeat(513), '\u200b', 'sha256:abc', '\u{1f600}'])(
    'may be any subject, kept as its hash where it cannot be kept as it is: %j',
    (sub) => {
      const { calledBy } = callerOf(jwt({ sub }), undefined);
      expect(calledBy).toMatch(/^jwt:sha256:[0-9a-f]{64}$/);
      expect(CalledBy.safeParse(calledBy).success).toBe(true);
      expect(callerOf(jwt({ sub }), undefined).calledBy).toBe(calledBy);
      // A caller cannot pass for another by using the stored form of the other as its name.
      expect(callerOf(jwt({ sub: calledBy.slice(4) }), undefined).calledBy).not.toBe(calledBy);
      expect(callerOf(jwt({ sub: `${sub} ` }), undefined).calledBy).not.toBe(calledBy);
    },
  );

  test('may be a subject of 512 characters as it is, and a user of IAM with a long path by its hash', () => {
    const sub = 'a'.repeat(512);
    expect(callerOf(jwt({ sub }), undefined).calledBy).toBe(`jwt:${sub}`);
    const user = `arn:aws:iam::111122223333:user/${'p'.repeat(500)}/ana`;
    expect(callerOf(iam(user), undefined).calledBy).toMatch(/^iam:sha256:[0-9a-f]{64}$/);
  });

  test.each([{}, { azp: 'app' }, { sub: '' }, { sub: 7 }, { sub: ['a'] }, { client_id: '' }])(
    'fails by name where the token has the claims %j and so no subject',
    (claims) => {
      expect(() => callerOf(jwt(claims), undefined)).toThrow(/^subject_missing: token: must hold the claim sub/);
    },
  );

  test('for one account names media of that account alone', () => {
    const one = callerOf(jwt({ sub: 'a', account: 'ana' }), 'account');
    refuseOthersMedia(one, 'media/ana/selfie.jpg');
    for (const key of [
      'media/bob/selfie.jpg',
      'media/ana',
      'media/ana.jpg',
      'media/anabel/a.jpg',
      'inbox/ana/E/a.jpg',
    ]) {
      expect(() => refuseOthersMedia(one, key), key).toThrow(/^account_forbidden: media.key: must begin with media/);
    }
    refuseOthersMedia(callerOf(jwt({ sub: 'a' }), undefined), 'media/bob/selfie.jpg');
    refuseOthersMedia(callerOf(iam('arn:aws:iam::111122223333:user/ana'), 'account'), 'media/bob/selfie.jpg');
  });

  test('sees every account, unless the token is for one', () => {
    const all = callerOf(iam('arn:aws:iam::111122223333:user/ana'), 'account');
    expect([maySee(all, 'ana'), maySee(all, undefined)]).toEqual([true, true]);
    const one = callerOf(jwt({ sub: 'a', account: 'ana' }), 'account');
    expect(['ana', 'Ana', 'bob', undefined].map((account) => maySee(one, account))).toEqual([
      true,
      false,
      false,
      false,
    ]);
    expect(() => refuseOthers(one, 'bob')).toThrow(/^account_forbidden/);
  });

  test.each([{}, { account: '' }, { account: 7 }, { account: ['ana'] }])(
    'sees no account with the claims %j',
    (claims) => {
      expect(() => callerOf(jwt({ sub: 'a', ...claims }), 'account')).toThrow(/^account_forbidden/);
    },
  );
});
