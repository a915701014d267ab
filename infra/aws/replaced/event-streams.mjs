// The S3 client asks for these at its start. None of our calls has a stream of events; one that had would fail by this name.
export const eventStreamSerdeProvider = () => undefined;
export const resolveEventStreamSerdeConfig = (config) => config;
export class EventStreamSerde {
  constructor() {
    throw new Error('streams of events are left out of the bundle (infra/aws/replaced)');
  }
}
