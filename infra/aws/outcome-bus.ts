import { CfnResource } from 'aws-cdk-lib';
import { EventBus, type IRuleTarget, Rule } from 'aws-cdk-lib/aws-events';
import { AnyPrincipal, Effect, type IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { AMENDED, ENDED, EVENT_SOURCE } from '../../shared/domain/announcement.ts';
import { defined } from '../../shared/domain/defined.ts';
import type { OutcomeStatus } from '../../shared/domain/lifecycle.ts';
import type { Config } from './config.ts';

/** A fixed name, so that a stack without CDK can name it in its rules. */
export const busNameOf = ({ stage }: Pick<Config, 'stage'>): string => `face-revalidation-${stage}`;

/**
 * The bus for outcomes. On the default bus every function that may announce could also imitate events of other teams, and stages
 * in one account would receive each other's events.
 */
export class OutcomeBus extends Construct {
  readonly bus: EventBus;

  constructor(scope: Construct, id: string, config: Pick<Config, 'stage'>) {
    super(scope, id);
    this.bus = new EventBus(this, 'Bus', {
      eventBusName: busNameOf(config),
      description: 'The outcome of each re-validation.',
    });
  }

  /**
   * Lets only these roles put events on the bus, because listeners trust an `approved`. A Deny, since within an account an
   * identity's own permission would be enough. It does not restrict rules.
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
    // Not CDK's own class: it warns of its own deprecated property at every synthesis.
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

  /** A rule for amendments, by the status that Truora reports after the end. */
  onAmended(id: string, target: IRuleTarget, statuses: readonly OutcomeStatus[] = []): Rule {
    return this.#on(AMENDED, id, target, statuses);
  }

  #on(detailType: string, id: string, target: IRuleTarget, statuses: readonly OutcomeStatus[]): Rule {
    return new Rule(this, id, {
      eventBus: this.bus,
      eventPattern: defined({
        source: [EVENT_SOURCE],
        detailType: [detailType],
        detail: statuses.length > 0 ? { status: [...statuses] } : undefined,
      }),
      targets: [target],
    });
  }
}
