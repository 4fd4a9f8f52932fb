// @azure/web-pubsub-client 1.0.4 on protobuf.webpubsub.azure.v1, beside a client on JSON.
import assert from "node:assert/strict";
import { test } from "node:test";
import { protobufProtocol } from "./protobuf-protocol.mjs";
import { allRoles, createService, startClient, unique } from "./support.mjs";

const service = createService();
const start = (tokenOptions = {}) =>
  startClient({ roles: allRoles, ...tokenOptions }, { protocol: protobufProtocol({ reliable: false }) });

test("clients of both protocols exchange every data type through a group", async () => {
  const name = unique("group");
  const protobuf = await start({ userId: "protobuf" });
  const json = await startClient({ userId: "json", roles: allRoles, groups: [name] });
  const any = { type_url: "type.example/Message", value: new Uint8Array([8, 1]) };

  assert.equal(protobuf.userId, "protobuf");
  await protobuf.client.joinGroup(name);
  await protobuf.client.sendToGroup(name, "héllo", "text", { noEcho: true });
  await protobuf.client.sendToGroup(name, new Uint8Array([0, 255]).buffer, "binary", { noEcho: true });
  await protobuf.client.sendToGroup(name, { a: [1] }, "json", { noEcho: true });
  await protobuf.client.sendToGroup(name, any, "protobuf", { noEcho: true });
  const toJson = [];
  for (let i = 0; i < 4; i++) toJson.push(await json.inbox.group.next());
  assert.deepEqual(toJson.map((message) => message.dataType), ["text", "binary", "json", "protobuf"]);
  assert.deepEqual(toJson[2].data, { a: [1] });

  await json.client.sendToGroup(name, { b: 2 }, "json");
  await json.client.sendToGroup(name, toJson[3].data, "protobuf");
  const fromJson = [await protobuf.inbox.group.next(), await protobuf.inbox.group.next()];
  assert.deepEqual(fromJson[0].data, { b: 2 });
  assert.equal(fromJson[0].group, name);
  assert.equal(fromJson[1].data.type_url, any.type_url);
  assert.deepEqual([...fromJson[1].data.value], [8, 1]);
});

test("REST, events and refusals speak protobuf too", async () => {
  const { client, inbox, connectionId } = await startClient(
    {}, { protocol: protobufProtocol({ reliable: false }), autoReconnect: false });

  await service.sendToConnection(connectionId, { n: 1 });
  assert.deepEqual((await inbox.server.next()).data, { n: 1 });
  await client.sendEvent("echo", { n: 2 }, "json");
  assert.deepEqual((await inbox.server.next()).data, { n: 2 });
  await assert.rejects(client.joinGroup("g"), (error) => error.errorDetail?.name === "Forbidden");
});
