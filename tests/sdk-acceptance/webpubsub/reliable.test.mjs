// @azure/web-pubsub-client 1.0.4 on the reliable subprotocols: what is told, what outlives a socket, and what does not.
import assert from "node:assert/strict";
import { test } from "node:test";
import { WebPubSubJsonReliableProtocol } from "@azure/web-pubsub-client";
import { protobufProtocol } from "./protobuf-protocol.mjs";
import { Inbox, allRoles, createService, cutConnection, once, startClient, unique } from "./support.mjs";

const service = createService();
const protocols = {
  "json.reliable.webpubsub.azure.v1": WebPubSubJsonReliableProtocol,
  "protobuf.reliable.webpubsub.azure.v1": () => protobufProtocol({ reliable: true }),
};

// The same protocol, with an eye on what it acknowledges; what is seen may be replaced by another frame.
function watched(protocol, onSequenceAck) {
  return {
    name: protocol.name,
    isReliableSubProtocol: protocol.isReliableSubProtocol,
    parseMessages: (frame) => protocol.parseMessages(frame),
    writeMessage: (message) =>
      (message.kind === "sequenceAck" && onSequenceAck(message.sequenceId)) || protocol.writeMessage(message),
  };
}

for (const [name, protocol] of Object.entries(protocols)) {
  const start = (tokenOptions, clientOptions = {}) => startClient({ roles: allRoles, ...tokenOptions }, {
    protocol: protocol(),
    autoRejoinGroups: false,
    messageRetryOptions: { maxRetries: 20, retryDelayInMs: 100 },
    ...clientOptions,
  });

  test(`${name}: messages sent while the socket is cut arrive once, in order, on the same connection`, async () => {
    const group = unique("group");
    const { client, inbox, connectionId } = await start();
    let connectedAgain = 0;
    client.on("connected", () => connectedAgain++);
    await client.joinGroup(group);
    const numbers = [...Array(60).keys()];

    for (const n of numbers) {
      if (n % 20 === 10) assert.equal(await cutConnection(connectionId), 1);
      await service.group(group).sendToAll(`${n}`, { contentType: "text/plain" });
      // Three times the client comes back before it is cut again.
      if (n % 20 === 19) await client.sendToGroup(unique("elsewhere"), "x", "text");
    }

    const got = [];
    for (const _ of numbers) got.push(Number((await inbox.group.next()).data));
    assert.deepEqual(got, numbers);
    assert.equal(connectedAgain, 0);
    assert.equal(await service.connectionExists(connectionId), true);
    assert.equal(inbox.group.size, 0);
  });

  test(`${name}: a request under way when the socket is cut is done once`, async () => {
    const group = unique("group");
    const sender = await start();
    const member = await start({ groups: [group] });

    for (let n = 0; n < 10; n++) {
      // The client numbers each try anew unless it is given the number.
      const sending = sender.client.sendToGroup(group, `${n}`, "text", { ackId: 1000 + n });
      if (n % 5 === 2) await cutConnection(sender.connectionId);
      await sending;
    }

    const got = [];
    for (let n = 0; n < 10; n++) got.push((await member.inbox.group.next()).data);
    assert.deepEqual(got, ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);
  });

  test(`${name}: a connection that the service closed is not recovered but made anew`, async () => {
    const { client, connectionId } = await start({}, { autoReconnect: true });
    const disconnected = once(client, "disconnected");
    const again = once(client, "connected");

    await service.closeConnection(connectionId, { reason: "enough" });

    assert.equal((await disconnected).message.message, "enough");
    assert.notEqual((await again).connectionId, connectionId);
    assert.equal(await service.connectionExists(connectionId), false);
  });

  test(`${name}: more than 1,000 messages pass, since the client acknowledges them`, async () => {
    const group = unique("group");
    const acknowledged = new Inbox("sequence ack");
    const { client, inbox } = await start(
      { groups: [group] }, { protocol: watched(protocol(), (sequenceId) => acknowledged.put(sequenceId)) });
    const perRound = 700;

    for (let round = 1; round <= 3; round++) {
      for (let n = 0; n < perRound; n++) await client.sendToGroup(group, `${round}-${n}`, "text", { fireAndForget: true });
      for (let n = 0; n < perRound; n++) assert.equal((await inbox.group.next()).data, `${round}-${n}`);
      while ((await acknowledged.next()) < round * perRound);
    }
  });

  test(`${name}: 1,001 messages without acknowledgement cost the connection, and the client makes a new one`, async () => {
    const group = unique("group");
    const silent = protocol();
    const ping = silent.writeMessage({ kind: "ping" });
    const { client, connectionId } = await start({ groups: [group] }, {
      autoReconnect: true,
      protocol: watched(silent, () => ping),
    });
    const again = once(client, "connected");

    for (let n = 0; n < 1001; n++) await client.sendToGroup(group, "x", "text", { fireAndForget: true });

    assert.notEqual((await again).connectionId, connectionId);
    assert.equal(await service.connectionExists(connectionId), false);
  });

  test(`${name}: a client that stops is gone at once`, async () => {
    const { client, connectionId } = await start();
    const stopped = once(client, "stopped");

    client.stop();
    await stopped;

    assert.equal(await service.connectionExists(connectionId), false);
  });

  test(`${name}: events are answered and acknowledged`, async () => {
    const { client, inbox } = await start();

    await client.sendEvent("echo", "hello", "text");

    assert.equal((await inbox.server.next()).data, "hello");
  });
}
