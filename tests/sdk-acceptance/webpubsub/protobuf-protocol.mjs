// The protobuf subprotocols for @azure/web-pubsub-client, which takes any protocol object. Microsoft's own package for
// them is not in the registry, so the schema stands here as the service documents it, apart from the emulator's own:
// https://learn.microsoft.com/azure/azure-web-pubsub/reference-protobuf-reliable-webpubsub-subprotocol
import protobuf from "protobufjs";

const { root } = protobuf.parse(`
  syntax = "proto3";
  message Any { string type_url = 1; bytes value = 2; }
  message MessageData {
    oneof data { string text_data = 1; bytes binary_data = 2; Any protobuf_data = 3; string json_data = 4; }
  }
  message SendToGroup { string group = 1; optional uint64 ack_id = 2; MessageData data = 3; optional bool no_echo = 4; }
  message Event { string event = 1; MessageData data = 2; optional uint64 ack_id = 3; }
  message Membership { string group = 1; optional uint64 ack_id = 2; }
  message SequenceAck { uint64 sequence_id = 1; }
  message Ping {}
  message Upstream {
    oneof message {
      SendToGroup send_to_group = 1; Event event = 5; Membership join_group = 6; Membership leave_group = 7;
      SequenceAck sequence_ack = 8; Ping ping = 9;
    }
  }
  message Error { string name = 1; string message = 2; }
  message Ack { uint64 ack_id = 1; bool success = 2; optional Error error = 3; }
  message Data { string from = 1; optional string group = 2; MessageData data = 3; optional uint64 sequence_id = 4; }
  message Connected { string connection_id = 1; string user_id = 2; string reconnection_token = 3; }
  message Disconnected { string reason = 2; }
  message System { oneof message { Connected connected = 1; Disconnected disconnected = 2; } }
  message Pong {}
  message Downstream { oneof message { Ack ack = 1; Data data = 2; System system = 3; Pong pong = 4; } }
`, { keepCase: true });
const Upstream = root.lookupType("Upstream");
const Downstream = root.lookupType("Downstream");

export function protobufProtocol({ reliable }) {
  return {
    name: reliable ? "protobuf.reliable.webpubsub.azure.v1" : "protobuf.webpubsub.azure.v1",
    isReliableSubProtocol: reliable,
    writeMessage: (message) => Upstream.encode(Upstream.fromObject(toUpstream(message))).finish(),
    parseMessages: (frame) => fromDownstream(
      Downstream.toObject(Downstream.decode(new Uint8Array(frame)), { longs: Number, oneofs: true })),
  };
}

function toUpstream({ kind, group, event, ackId, noEcho, sequenceId, dataType, data }) {
  switch (kind) {
    case "joinGroup": return { join_group: { group, ack_id: ackId } };
    case "leaveGroup": return { leave_group: { group, ack_id: ackId } };
    case "sendToGroup": return { send_to_group: { group, ack_id: ackId, no_echo: noEcho, data: toData(dataType, data) } };
    case "sendEvent": return { event: { event, ack_id: ackId, data: toData(dataType, data) } };
    case "sequenceAck": return { sequence_ack: { sequence_id: sequenceId } };
    case "ping": return { ping: {} };
    default: throw new TypeError(`No frame for ${kind}.`);
  }
}

function toData(dataType, data) {
  switch (dataType) {
    case "text": return { text_data: data };
    case "json": return { json_data: JSON.stringify(data) };
    case "binary": return { binary_data: new Uint8Array(data) };
    default: return { protobuf_data: data };
  }
}

function fromDownstream({ message, ack, data, system }) {
  switch (message) {
    case "ack": return { kind: "ack", ackId: ack.ack_id, success: ack.success ?? false, error: ack.error };
    case "pong": return { kind: "pong" };
    case "data": return {
      kind: data.from === "group" ? "groupData" : "serverData",
      group: data.group,
      sequenceId: data.sequence_id,
      ...fromData(data.data),
    };
    default: return system.message === "connected"
      ? {
        kind: "connected",
        connectionId: system.connected.connection_id,
        userId: system.connected.user_id,
        reconnectionToken: system.connected.reconnection_token,
      }
      : { kind: "disconnected", message: system.disconnected.reason };
  }
}

function fromData(data) {
  switch (data.data) {
    case "text_data": return { dataType: "text", data: data.text_data };
    case "json_data": return { dataType: "json", data: JSON.parse(data.json_data) };
    case "binary_data": return { dataType: "binary", data: Uint8Array.from(data.binary_data).buffer };
    default: return { dataType: "protobuf", data: data.protobuf_data };
  }
}
