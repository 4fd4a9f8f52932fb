// @azure/web-pubsub-client 1.0.4 on the plain JSON protocol: groups, events, acknowledgements, and coming back.
import assert from "node:assert/strict";
import { test } from "node:test";
import { allRoles, createService, cutConnection, once, startClient, unique } from "./support.mjs";

const service = createService();

test("connected tells the user and the connection", async () => {
  const userId = unique("ada é");
  const started = await startClient({ userId });

  assert.equal(started.userId, userId);
  assert.ok(started.connectionId.length > 0);
});

test("two clients exchange every data type through a group", async () => {
  const name = unique("group");
  const sender = await startClient({ userId: "sender", roles: allRoles });
  const member = await startClient({ roles: allRoles });

  assert.deepEqual(await member.client.joinGroup(name), { ackId: 1, isDuplicated: false });
  await sender.client.sendToGroup(name, { a: [1] }, "json");
  await sender.client.sendToGroup(name, "héllo", "text");
  await sender.client.sendToGroup(name, new Uint8Array([0, 255]).buffer, "binary");

  const got = [await member.inbox.group.next(), await member.inbox.group.next(), await member.inbox.group.next()];
  assert.deepEqual(got[0].data, { a: [1] });
  assert.equal(got[0].fromUserId, "sender");
  assert.equal(got[1].data, "héllo");
  assert.deepEqual([...new Uint8Array(got[2].data)], [0, 255]);

  await member.client.leaveGroup(name);
  assert.equal(await service.groupExists(name), false);
});

test("noEcho keeps a message from its sender", async () => {
  const name = unique("group");
  const { client, inbox } = await startClient({ roles: allRoles, groups: [name] });

  await client.sendToGroup(name, "silent", "text", { noEcho: true });
  await client.sendToGroup(name, "loud", "text");

  assert.equal((await inbox.group.next()).data, "loud");
});

test("a repeated ackId is a duplicate, which the client takes for success", async () => {
  const name = unique("group");
  const { client, inbox } = await startClient({ roles: allRoles, groups: [name] });

  const first = await client.sendToGroup(name, "once", "text", { ackId: 77 });
  const second = await client.sendToGroup(name, "once", "text", { ackId: 77 });
  await client.sendToGroup(name, "end", "text");

  assert.deepEqual([first.isDuplicated, second.isDuplicated], [false, true]);
  assert.equal((await inbox.group.next()).data, "once");
  assert.equal((await inbox.group.next()).data, "end");
});

test("without the role a request fails as Forbidden", async () => {
  const { client } = await startClient();

  await assert.rejects(client.sendToGroup("g", "x", "text"), (error) => error.errorDetail?.name === "Forbidden");
});

test("sends without acknowledgement arrive too", async () => {
  const name = unique("group");
  const { client, inbox } = await startClient({ roles: allRoles, groups: [name] });

  await client.sendToGroup(name, { n: 1 }, "json", { fireAndForget: true });

  assert.deepEqual((await inbox.group.next()).data, { n: 1 });
});

test("an event is answered by the handler before it is acknowledged", async () => {
  const { client, inbox } = await startClient({ userId: "ada" });

  const result = await client.sendEvent("echo", { n: 1 }, "json");

  assert.equal(result.isDuplicated, false);
  assert.equal(inbox.server.size, 1);
  assert.deepEqual((await inbox.server.next()).data, { n: 1 });
});

test("many events at once come back in their order", async () => {
  const { client, inbox } = await startClient();
  const numbers = [...Array(50).keys()];

  await Promise.all(numbers.map((n) => client.sendEvent("echo", { n }, "json")));

  const got = [];
  for (const _ of numbers) got.push((await inbox.server.next()).data.n);
  assert.deepEqual(got, numbers);
});

test("an event that the handler refuses fails and costs the connection", async () => {
  const { client } = await startClient();
  const disconnected = once(client, "disconnected");

  await assert.rejects(
    client.sendEvent("refuse", "x", "text"), (error) => error.errorDetail?.name === "InternalServerError");

  await disconnected;
});

test("the handler may refuse a client at connect", async () => {
  await assert.rejects(startClient({ userId: "refused" }));
});

test("a client whose socket is cut connects anew and joins its groups again", async () => {
  const name = unique("group");
  const { client, inbox, connectionId } = await startClient(
    { roles: allRoles }, { autoReconnect: true, autoRejoinGroups: true });
  await client.joinGroup(name);
  const again = once(client, "connected");

  assert.equal(await cutConnection(connectionId), 1);

  assert.notEqual((await again).connectionId, connectionId);
  // The client joins again by itself after it is connected; its own request to join is answered after that.
  await client.joinGroup(name);
  await service.group(name).sendToAll({ back: true });
  assert.deepEqual((await inbox.group.next()).data, { back: true });
});
