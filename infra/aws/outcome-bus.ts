import { CfnResource } from 'aws-cdk-lib';
import { EventBus, type IRuleTarget, Rule } from 'aws-cdk-lib/aws-events';
import { AnyPrincipal, Effect, type IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { AMENDED, ENDED, EVENT_SOURCE } from '../../shared/domain/announcement.ts';
import type { OutcomeStatus } from '../../shared/domain/lifecycle.ts';
import type { Config } from './config.ts';

/** Given, so that a stack without CDK can name it in its rules. */
export const busNameOf = ({ stage }: Pick<Config, 'stage'>): string => `face-revalidation-${stage}`;

/**
 * Where outcomes are announced: a bus of our own. On the default bus every function that may announce could also imitate
 * any other team's events, and stages in one account would hear each other.
 */
export class OutcomeBus extends Construct {
  readonly bus: EventBus;

  constructor(scope: Construct, id: string, config: Pick<Config, 'stage'>) {
    super(scope, id);
    this.bus = new EventBus(this, 'Bus', {
      eventBusName: busNameOf(config),
      description: 'What became of each re-validation.',
    });
  }

  /**
   * Nobody but these roles puts events here, whatever else their own policies allow: who listens takes an `approved` for ours.
   * A Deny, since within an account an identity's own right is enough. Rules are made as before.
   */
  closeTo(announcers: readonly IRole[]): void {
    const statement = new PolicyStatement({
      sid: 'OnlyOurs',
      effect: Effect.DENY,
      principals: [new AnyPrincipal()],
      actions: ['events:PutEvents'],
      resources: [this.bus.eventBusArn],
      conditions: { ArnNotEquals: { 'aws:PrincipalArn': announcers.map(({ roleArn }) => roleArn) } },
    });
    // Not CDK's own class for it: that one warns of a deprecated property of its own at every synthesis.
    new CfnResource(this, 'Policy', {
      type: 'AWS::Events::EventBusPolicy',
      properties: {
        StatementId: 'OnlyOurs',
        EventBusName: this.bus.eventBusName,
        Statement: statement.toStatementJson(),
      },
    });
  }

  /** A rule for the outcomes, or for some of them. */
  onEnded(id: string, target: IRuleTarget, statuses: readonly OutcomeStatus[] = []): Rule {
    return this.#on(ENDED, id, target, statuses);
  }

  /** A rule for what Truora has said after the end, or for what it says by now. */
  onAmended(id: string, target: IRuleTarget, statuses: readonly OutcomeStatus[] = []): Rule {
    return this.#on(AMENDED, id, target, statuses);
  }

  #on(detailType: string, id: string, target: IRuleTarget, statuses: readonly OutcomeStatus[]): Rule {
    return new Rule(this, id, {
      eventBus: this.bus,
      eventPattern: {
        source: [EVENT_SOURCE],
        detailType: [detailType],
        ...(statuses.length > 0 ? { detail: { status: [...statuses] } } : {}),
      },
      targets: [target],
    });
  }
}
