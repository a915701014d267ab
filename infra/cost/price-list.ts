/** Where AWS publishes its prices, without credentials (documented: AWS Price List Bulk API). */
export const PRICE_LIST = 'https://pricing.us-east-1.amazonaws.com';

/**
 * The name of each price in AWS's lists: the service's code and the usage type, without the region's prefix. Seen in public
 * price tools; a name that AWS changes is reported as not found, never as 0.
 */
export const listed = {
  price: {
    transition: ['AmazonStates', 'StateTransition'],
    request: ['AWSLambda', 'Request-ARM'],
    gigabyteSecond: ['AWSLambda', 'Lambda-GB-Second-ARM'],
    apiCall: ['AmazonApiGateway', 'ApiGatewayHttpRequest'],
    event: ['AWSEvents', 'Event-64K-Chunks'],
    put: ['AmazonS3', 'Requests-Tier1'],
    get: ['AmazonS3', 'Requests-Tier2'],
    write: ['AmazonDynamoDB', 'WriteRequestUnits'],
    read: ['AmazonDynamoDB', 'ReadRequestUnits'],
    logGigabyte: ['AmazonCloudWatch', 'DataProcessing-Bytes'],
    trace: ['AWSXRay', 'XRay-TracesStored'],
    secretRead: ['AWSSecretsManager', 'AWSSecretsManagerAPIRequest'],
    keyUse: ['awskms', 'KMS-Requests'],
    sign: ['awskms', 'KMS-Requests-Asymmetric'],
  },
  // Dashboards are not here: AWS lists them without a region, so their price is kept by hand.
  monthly: {
    key: ['awskms', 'KMS-Keys'],
    secret: ['AWSSecretsManager', 'AWSSecretsManager-Secrets'],
    alarmedMetric: ['AmazonCloudWatch', 'CW:AlarmMonitorUsage'],
    compositeAlarm: ['AmazonCloudWatch', 'CW:CompositeAlarmMonitorUsage'],
    metric: ['AmazonCloudWatch', 'CW:MetricMonitorUsage'],
  },
} as const;

/** The service whose price stands for a region: the largest part of a run. */
export const [STATES, TRANSITION] = listed.price.transition;

/** The parts of one service's list that are read. AWS's own form (documented); everything may be absent. */
export type PriceList = {
  products?: Record<string, { attributes?: { usagetype?: string } }>;
  terms?: { OnDemand?: Record<string, Record<string, { priceDimensions?: Record<string, Dimension> }>> };
};

type Dimension = { beginRange?: string; pricePerUnit?: { USD?: string } };

/** How AWS writes a region before a usage type: not at all, `USE1-` or `us-east-1-`. Other words before it are other products. */
const REGION = /^([A-Z]{2,3}\d-|[a-z]{2}-[a-z]+-\d-)?$/;

const isNamed = (usageType: string, name: string): boolean =>
  usageType.endsWith(name) && REGION.test(usageType.slice(0, -name.length));

/** The first range of a term that costs something: before it are free units, after it discounts. */
const firstPrice = (dimensions: readonly Dimension[]): number | undefined =>
  dimensions
    .map(({ beginRange, pricePerUnit }) => [Number(beginRange), Number(pricePerUnit?.USD)] as const)
    .filter(([begin, dollars]) => Number.isFinite(begin) && dollars > 0)
    .toSorted(([one], [other]) => one - other)[0]?.[1];

/**
 * The price of a usage type, in dollars a unit.
 * @throws Error when the list has no such price, or several
 */
export const priceOf = ({ products = {}, terms }: PriceList, name: string, region: string): number => {
  const found = Object.entries(products)
    .filter(([, { attributes }]) => isNamed(attributes?.usagetype ?? '', name))
    .flatMap(([sku]) => Object.values(terms?.OnDemand?.[sku] ?? {}))
    .flatMap(({ priceDimensions = {} }) => firstPrice(Object.values(priceDimensions)) ?? []);
  const [price, ...others] = new Set(found);
  if (price === undefined) throw new Error(`no price for ${name} in ${region}`);
  if (others.length > 0) throw new Error(`${others.length + 1} prices for ${name} in ${region}`);
  return price;
};
