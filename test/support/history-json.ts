import proto, { type temporal } from '@temporalio/proto';

/**
 * A workflow's history as JSON, and back. Not with `historyToJSON` of the SDK, and not by giving JSON to the replayer: both
 * fail with "type must be a Type" where npm installs a protobufjs for each package of the SDK.
 */
const { History } = proto.temporal.api.history.v1;
export type History = temporal.api.history.v1.IHistory;

export function historyToJson(history: History): object {
  return History.toObject(History.fromObject(history), { longs: String, enums: String, bytes: String });
}

export function historyFromJson(json: object): History {
  return History.fromObject(json);
}
