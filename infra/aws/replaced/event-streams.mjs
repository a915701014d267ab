// The S3 client asks for these at its start. None of our calls has a stream of events, and one that had would fail without a marshaller.
export const eventStreamSerdeProvider = () => undefined;
export const resolveEventStreamSerdeConfig = (config) => config;
export class EventStreamSerde {}
