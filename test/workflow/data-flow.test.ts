import { describe, expect, test } from 'vitest';
import { stepNames } from '../../shared/workflow/contract.ts';
import { flawsOf } from '../support/data-flow.ts';
import { draft, stateIn } from '../support/draft.ts';

describe('the flow of the journal', () => {
  test('gives every step on every path what it reads', () => {
    expect(flawsOf(draft())).toEqual([]);
  });

  test('passes every step of the contract', () => {
    expect(Object.keys(draft().States)).toEqual(expect.arrayContaining(stepNames));
  });
});

describe('the check of the flow', () => {
  test('names every entry that is trusted although the input of the execution may have forged it', () => {
    const claimKept = draft((copy) => {
      const first = stateIn(copy, 'ClaimRequest');
      delete first.ResultSelector;
      first.ResultPath = '$.claim';
    });
    expect(flawsOf(claimKept)).toEqual(
      expect.arrayContaining([
        'RecordOutcome believes a forged notification',
        'RecordOutcome believes a forged receipt',
        'RecordFailure believes a forged validation',
        'HowToWait sees forged entries',
      ]),
    );
    const errorKept = draft((copy) => {
      const [, refused, failed] = stateIn(copy, 'ClaimRequest').Catch ?? [];
      if (refused) refused.ResultPath = '$.refusal';
      if (failed) failed.ResultPath = '$.failure';
    });
    expect(flawsOf(errorKept)).toEqual(
      expect.arrayContaining(['RecordRefusal believes a forged claim', 'RecordFailure believes a forged receipt']),
    );
  });

  test('names a step that reads the request from the journal', () => {
    const broken = draft((copy) => {
      stateIn(copy, 'RecordFailure').Parameters = { 'journal.$': '$', 'executionId.$': '$$.Execution.Id' };
    });
    expect(flawsOf(broken)).toEqual(['RecordFailure reads request before anyone wrote it']);
  });

  test('names a state that leads nowhere, and those that are never reached behind it', () => {
    const broken = draft((copy) => {
      delete stateIn(copy, 'CreateValidation').Next;
    });
    expect(flawsOf(broken)).toEqual([
      'CreateValidation leads nowhere',
      'MoveMedia is never reached',
      'AwaitMedia is never reached',
      'HowToWait is never reached',
      'FirstPause is never reached',
      'AwaitWebhook is never reached',
      'ReadVerdict is never reached',
      'RecordOutcome is never reached',
      'RecordFailure may read validation, which no step writes before',
      'RecordFailure may read receipt, which no step writes before',
    ]);
  });

  test('names the step that comes before what it reads', () => {
    const broken = draft((copy) => {
      stateIn(copy, 'CheckEnrollment').Next = 'MoveMedia';
      stateIn(copy, 'MoveMedia').Next = 'CreateValidation';
      stateIn(copy, 'CreateValidation').Next = 'HowToWait';
    });
    // From MoveMedia a spent link leads around the creation, straight to the wait.
    expect(flawsOf(broken)).toEqual([
      'MoveMedia reads validation before anyone wrote it',
      'AwaitMedia reads validation before anyone wrote it',
      'AwaitWebhook reads validation before anyone wrote it',
      'ReadVerdict reads validation before anyone wrote it',
      'RecordOutcome reads validation before anyone wrote it',
    ]);
  });

  test('names the step behind a catch that drops the journal', () => {
    const broken = draft((copy) => {
      for (const catcher of stateIn(copy, 'MoveMedia').Catch ?? []) delete catcher.ResultPath;
    });
    expect(flawsOf(broken)).toEqual(
      expect.arrayContaining([
        'HowToWait reads claim before anyone wrote it',
        'ReadVerdict reads validation before anyone wrote it',
      ]),
    );
  });

  test('names the step behind a catch that writes another entry', () => {
    const broken = draft((copy) => {
      const [decided] = stateIn(copy, 'CreateValidation').Catch ?? [];
      if (decided) decided.ResultPath = '$.refusal';
    });
    expect(flawsOf(broken)).toEqual(['ReadOutcome reads repeat before anyone wrote it']);
  });

  test('names the step behind a result that replaces the journal', () => {
    const broken = draft((copy) => {
      delete stateIn(copy, 'ReadVerdict').ResultPath;
    });
    expect(flawsOf(broken)).toEqual(
      expect.arrayContaining([
        'RecordOutcome reads claim before anyone wrote it',
        'RecordOutcome reads verdict before anyone wrote it',
        'ReadVerdict does not write verdict',
      ]),
    );
  });

  test('names a state that nothing leads to', () => {
    const broken = draft((copy) => {
      for (const { Catch = [] } of Object.values(copy.States)) {
        for (const catcher of Catch) if (catcher.Next === 'ReadOutcome') catcher.Next = 'RecordFailure';
      }
    });
    expect(flawsOf(broken)).toContain('ReadOutcome is never reached');
  });

  test('names a next, a default, a choice and a catch that lead to no state', () => {
    const broken = draft((copy) => {
      stateIn(copy, 'RecordFailure').Next = 'Nowhere';
      stateIn(copy, 'HowToWait').Default = 'NotHere';
      for (const choice of stateIn(copy, 'HowToWait').Choices ?? []) choice.Next = 'NotThere';
      for (const catcher of stateIn(copy, 'RecordOutcome').Catch ?? []) catcher.Next = 'Gone';
    });
    expect(flawsOf(broken)).toEqual(
      expect.arrayContaining([
        'RecordFailure leads to Nowhere, which is not there',
        'HowToWait leads to NotHere, which is not there',
        'HowToWait leads to NotThere, which is not there',
      ]),
    );
    const caught = draft((copy) => {
      for (const catcher of stateIn(copy, 'RecordOutcome').Catch ?? []) catcher.Next = 'Gone';
    });
    expect(flawsOf(caught)).toEqual(['RecordOutcome leads to Gone, which is not there']);
  });

  test('names a step without a state, and a state without a step', () => {
    const broken = draft((copy) => {
      copy.States.LookUp = stateIn(copy, 'ReadOutcome');
      delete copy.States.ReadOutcome;
      for (const { Catch = [] } of Object.values(copy.States)) {
        for (const catcher of Catch) if (catcher.Next === 'ReadOutcome') catcher.Next = 'LookUp';
      }
    });
    expect(flawsOf(broken)).toEqual(['LookUp is no step of the contract', 'ReadOutcome is a step without a state']);
  });

  test('names a question and an end that read an absent field', () => {
    const broken = draft((copy) => {
      copy.StartAt = 'HowToWait';
      stateIn(copy, 'ReadOutcome').OutputPath = '$.verdict';
      stateIn(copy, 'Failed').CausePath = '$.refusal.Error';
    });
    expect(flawsOf(broken)).toContain('HowToWait reads claim before anyone wrote it');
    const others = draft((copy) => {
      stateIn(copy, 'ReadOutcome').OutputPath = '$.verdict';
      stateIn(copy, 'Failed').CausePath = '$.refusal.Error';
    });
    expect(flawsOf(others)).toEqual([
      'Failed reads refusal before anyone wrote it',
      'ReadOutcome shows verdict, which is not there',
    ]);
  });

  test('names an optional entry of a step that is never written', () => {
    const broken = draft((copy) => {
      stateIn(copy, 'AwaitWebhook').ResultPath = null;
    });
    expect(flawsOf(broken)).toEqual([
      'AwaitWebhook does not write notification',
      'RecordOutcome may read notification, which no step writes before',
    ]);
  });
});
