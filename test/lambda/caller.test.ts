import { describe, expect, it } from 'vitest';
import { callerOf, maySee, refuseOthers } from '../../shared/lambda/caller.ts';
import { callEvent } from '../support/routes.ts';

const iam = (userArn: string) => callEvent({ authorizer: { iam: { userArn } } });
const jwt = (claims: object) => callEvent({ authorizer: { jwt: { claims, scopes: [] } } });

describe('a caller', () => {
  it('is a role whatever its session is called, or a user', () => {
    const role = 'arn:aws:sts::111122223333:assumed-role/Onboarding';
    for (const session of ['one', 'two/three']) {
      expect(callerOf(iam(`${role}/${session}`), undefined).calledBy).toBe(`iam:${role}`);
    }
    const user = 'arn:aws:iam::111122223333:user/ana';
    expect(callerOf(iam(user), undefined).calledBy).toBe(`iam:${user}`);
  });

  it('is the subject of a token, or its client', () => {
    expect(callerOf(jwt({ sub: 'a', client_id: 'b' }), undefined).calledBy).toBe('jwt:a');
    expect(callerOf(jwt({ client_id: 'b' }), undefined).calledBy).toBe('jwt:b');
  });

  it.each([
    ['nobody', callEvent({ authorizer: {} })],
    ['a token without a subject', jwt({})],
    ['a subject with a line break', jwt({ sub: 'a\nb' })],
    ['an endless subject', jwt({ sub: 'a'.repeat(600) })],
  ])('is never %s', (_, event) => {
    expect(() => callerOf(event, undefined)).toThrow();
  });

  it('sees every account, unless the token is for one', () => {
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

  it.each([{}, { account: '' }, { account: 7 }, { account: ['ana'] }])('with the claims %j sees none', (claims) => {
    expect(() => callerOf(jwt({ sub: 'a', ...claims }), 'account')).toThrow(/^account_forbidden/);
  });
});
