// @azure/web-pubsub 1.2.0: every operation of the service client, against what connected clients see of it.
import assert from "node:assert/strict";
import { createServer, request as httpRequest } from "node:http";
import { test } from "node:test";
import { WebPubSubServiceClient, AzureKeyCredential, odata } from "@azure/web-pubsub";
import { connectionString, createService, endpoint, hub, once, startClient, unique } from "./support.mjs";

const service = createService();

test("sendToAll sends JSON, text and bytes", async () => {
  const { inbox } = await startClient();
  const mark = unique("mark");

  await service.sendToAll({ mark, n: [1, null] });
  await service.sendToAll(mark, { contentType: "text/plain" });
  await service.sendToAll(new Uint8Array([0, 255]));

  // Other files of the suite share the hub; only our own messages count.
  const got = [];
  while (got.length < 3) {
    const message = await inbox.server.next();
    if (message.data?.mark === mark || message.data === mark || message.dataType === "binary") got.push(message);
  }
  assert.deepEqual(got.map((message) => message.dataType), ["json", "text", "binary"]);
  assert.deepEqual(got[0].data, { mark, n: [1, null] });
  assert.deepEqual([...new Uint8Array(got[2].data)], [0, 255]);
});

test("sendToGroup reaches members only, in order, as a message of the group", async () => {
  const name = unique("group");
  const member = await startClient({ groups: [name] });
  const other = await startClient();
  const group = service.group(name);

  for (let i = 0; i < 20; i++) await group.sendToAll({ i });
  const got = [];
  for (let i = 0; i < 20; i++) got.push(await member.inbox.group.next());
  await service.sendToConnection(other.connectionId, "end", { contentType: "text/plain" });
  await other.inbox.server.next();

  assert.deepEqual(got.map((message) => message.data.i), [...Array(20).keys()]);
  assert.equal(got[0].group, name);
  assert.equal(got[0].fromUserId, undefined);
  assert.equal(other.inbox.group.size, 0);
});

test("excluded connections and a filter narrow a send", async () => {
  const name = unique("group");
  const ada = await startClient({ userId: unique("ada"), groups: [name] });
  const bob = await startClient({ userId: unique("bob"), groups: [name] });
  const group = service.group(name);

  await group.sendToAll("1", { contentType: "text/plain", excludedConnections: [ada.connectionId] });
  await group.sendToAll("2", { contentType: "text/plain", filter: odata`userId eq ${bob.userId} and ${name} in groups` });
  await group.sendToAll("3", { contentType: "text/plain" });

  assert.equal((await bob.inbox.group.next()).data, "1");
  assert.equal((await bob.inbox.group.next()).data, "2");
  assert.equal((await bob.inbox.group.next()).data, "3");
  assert.equal((await ada.inbox.group.next()).data, "3");
});

test("sendToUser and sendToConnection reach whom they name", async () => {
  const userId = unique("user/with %");
  const first = await startClient({ userId });
  const second = await startClient({ userId });

  await service.sendToUser(userId, { to: "user" }, { messageTtlSeconds: 60 });
  await service.sendToConnection(second.connectionId, { to: "connection" });

  assert.deepEqual((await first.inbox.server.next()).data, { to: "user" });
  assert.deepEqual((await second.inbox.server.next()).data, { to: "user" });
  assert.deepEqual((await second.inbox.server.next()).data, { to: "connection" });
});

test("existence of connection, user and group follows their life", async () => {
  const [userId, group] = [unique("user"), unique("group")];
  const { client, connectionId } = await startClient({ userId, groups: [group] });
  const states = async () => [
    await service.connectionExists(connectionId), await service.userExists(userId), await service.groupExists(group),
  ];

  assert.deepEqual(await states(), [true, true, true]);
  const disconnected = once(client, "disconnected");
  await service.closeConnection(connectionId, { reason: "enough" });
  assert.equal((await disconnected).message.message, "enough");
  assert.deepEqual(await states(), [false, false, false]);
});

test("closing the connections of a user or of a group spares the others", async () => {
  const [userId, name] = [unique("user"), unique("group")];
  const closed = await startClient({ userId, groups: [name] });
  const spared = await startClient({ userId });

  let gone = once(closed.client, "disconnected");
  await service.closeUserConnections(userId, { excluded: [spared.connectionId] });
  await gone;
  assert.equal(await service.connectionExists(spared.connectionId), true);

  await service.group(name).addConnection(spared.connectionId);
  gone = once(spared.client, "disconnected");
  await service.group(name).closeAllConnections();
  await gone;
  assert.equal(await service.userExists(userId), false);
});

test("membership is changed by connection, by user and by filter", async () => {
  const [userId, name, other] = [unique("user"), unique("group"), unique("group")];
  const { connectionId } = await startClient({ userId });
  const group = service.group(name);

  await group.addConnection(connectionId);
  assert.equal(await service.groupExists(name), true);
  await group.removeConnection(connectionId);
  assert.equal(await service.groupExists(name), false);
  await group.addUser(userId);
  assert.equal(await service.groupExists(name), true);
  await group.removeUser(userId);
  assert.equal(await service.groupExists(name), false);

  await service.addConnectionsToGroups([name, other], odata`connectionId eq ${connectionId}`);
  assert.deepEqual([await service.groupExists(name), await service.groupExists(other)], [true, true]);
  await service.removeConnectionsFromGroups([name], odata`userId eq ${userId}`);
  assert.deepEqual([await service.groupExists(name), await service.groupExists(other)], [false, true]);
  await service.removeConnectionFromAllGroups(connectionId);
  assert.equal(await service.groupExists(other), false);
  await group.addConnection(connectionId);
  await service.removeUserFromAllGroups(userId);
  assert.equal(await service.groupExists(name), false);
});

test("closing all connections of a hub spares the excluded and other hubs", async () => {
  const own = createService(unique("hub").replaceAll("-", "_"));
  const [closed, spared] = [await startClient({}, {}, own), await startClient({}, {}, own)];
  const elsewhere = await startClient();

  const gone = once(closed.client, "disconnected");
  await own.closeAllConnections({ excluded: [spared.connectionId], reason: "maintenance" });

  assert.equal((await gone).message.message, "maintenance");
  assert.equal(await own.connectionExists(spared.connectionId), true);
  assert.equal(await own.connectionExists(closed.connectionId), false);
  assert.equal(await service.connectionExists(elsewhere.connectionId), true);
});

test("closing a group tells the reason and spares the excluded", async () => {
  const name = unique("group");
  const closed = await startClient({ groups: [name] });
  const spared = await startClient({ groups: [name] });

  const gone = once(closed.client, "disconnected");
  await service.group(name).closeAllConnections({ excluded: [spared.connectionId], reason: "over" });

  assert.equal((await gone).message.message, "over");
  assert.equal(await service.connectionExists(spared.connectionId), true);
});

test("an access token carries user, roles, groups and time, and opens a connection with them", async () => {
  const [userId, name] = [unique("user"), unique("group")];
  const options = { userId, roles: [`webpubsub.sendToGroup.${name}`], groups: [name], expirationTimeInMinutes: 5 };

  const { token, url, baseUrl } = await service.getClientAccessToken(options);

  const claims = JSON.parse(Buffer.from(token.split(".")[1], "base64url"));
  assert.equal(claims.exp - claims.iat, 5 * 60);
  assert.equal(claims.aud, `${endpoint.replace(/\/$/, "")}/client/hubs/${hub}`);
  assert.equal(url, `${baseUrl}?access_token=${token}`);
  const { client, inbox, ...connected } = await startClient(options);
  assert.equal(connected.userId, userId);
  await client.sendToGroup(name, "mine", "text");
  assert.equal((await inbox.group.next()).fromUserId, userId);
  await assert.rejects(client.sendToGroup(`${name}.other`, "x", "text"), (error) => error.errorDetail?.name === "Forbidden");
});

test("a permission may be for all groups at once", async () => {
  const { client, connectionId } = await startClient();
  const seen = (options) => service.hasPermission(connectionId, "sendToGroup", options);

  assert.equal(await seen(), false);
  await service.grantPermission(connectionId, "sendToGroup");
  assert.deepEqual([await seen(), await seen({ targetName: "any" })], [true, true]);
  await client.sendToGroup(unique("group"), "x", "text");
  await service.revokePermission(connectionId, "sendToGroup");
  assert.equal(await seen(), false);
  await assert.rejects(service.grantPermission("none", "sendToGroup"), { statusCode: 404 });
});

test("a send to a user is narrowed by a filter", async () => {
  const [userId, name] = [unique("user"), unique("group")];
  const member = await startClient({ userId, groups: [name] });
  const other = await startClient({ userId });

  await service.sendToUser(userId, "members", { contentType: "text/plain", filter: odata`${name} in groups` });
  await service.sendToUser(userId, "both", { contentType: "text/plain" });

  assert.equal((await member.inbox.server.next()).data, "members");
  assert.equal((await member.inbox.server.next()).data, "both");
  assert.equal((await other.inbox.server.next()).data, "both");
});

test("members are listed up to a number", async () => {
  const name = unique("group");
  for (let i = 0; i < 3; i++) await startClient({ userId: `u${i}`, groups: [name] });

  const pages = [];
  const paged = await service.group(name).listConnections({ maxPageSize: 1, top: 2 });
  for await (const page of paged.byPage()) pages.push(page.map((member) => member.userId));

  assert.deepEqual(pages, [["u0"], ["u1"]]);
});

test("adding a connection that is not there fails with 404", async () => {
  await assert.rejects(service.group("g").addConnection("none"), { statusCode: 404 });
});

test("a bad filter fails with 400 and says why", async () => {
  await assert.rejects(
    service.sendToAll("x", { contentType: "text/plain", filter: "userId eq" }),
    (error) => error.statusCode === 400 && /filter/i.test(error.message) && error.code === "Error.BadRequest",
  );
});

test("members of a group are listed over pages", async () => {
  const name = unique("group");
  const members = [];
  for (let i = 0; i < 5; i++) members.push(await startClient({ userId: `u${i}`, groups: [name] }));

  const paged = await service.group(name).listConnections({ maxPageSize: 2 });
  const listed = [];
  for await (const member of paged) listed.push(member);

  assert.deepEqual(listed.map((member) => member.connectionId), members.map((member) => member.connectionId));
  assert.deepEqual(listed.map((member) => member.userId), ["u0", "u1", "u2", "u3", "u4"]);
});

test("permissions are granted, seen, used and revoked", async () => {
  const name = unique("group");
  const { client, connectionId } = await startClient();
  const seen = () => service.hasPermission(connectionId, "joinLeaveGroup", { targetName: name });

  await assert.rejects(client.joinGroup(name), (error) => error.errorDetail?.name === "Forbidden");
  assert.equal(await seen(), false);
  await service.grantPermission(connectionId, "joinLeaveGroup", { targetName: name });
  assert.equal(await seen(), true);
  await client.joinGroup(name);
  await service.revokePermission(connectionId, "joinLeaveGroup", { targetName: name });
  assert.equal(await seen(), false);
});

test("a client goes through a reverse proxy with tokens for the endpoint behind it", async () => {
  const seen = [];
  const proxy = createServer((request, response) => {
    seen.push(request.url);
    const forwarded = httpRequest(new URL(request.url, endpoint), { method: request.method, headers: { ...request.headers, host: "proxy.example" } });
    forwarded.on("response", (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    request.pipe(forwarded);
  });
  await new Promise((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  try {
    const { connectionId, inbox } = await startClient();
    const proxied = new WebPubSubServiceClient(connectionString, hub, {
      allowInsecureConnection: true,
      retryOptions: { maxRetries: 0 },
      reverseProxyEndpoint: `http://127.0.0.1:${proxy.address().port}`,
    });
    await proxied.sendToConnection(connectionId, "through", { contentType: "text/plain" });
    assert.equal((await inbox.server.next()).data, "through");
    assert.ok(seen[0].startsWith(`/api/hubs/${hub}/connections/${connectionId}/:send`));
  } finally {
    proxy.closeAllConnections();
    proxy.close();
  }
});

test("a client with another key is refused", async () => {
  const stranger = new WebPubSubServiceClient(
    endpoint, new AzureKeyCredential("another-key-of-somebody-0123456789abcdefg"), hub,
    { allowInsecureConnection: true, retryOptions: { maxRetries: 0 } },
  );

  await assert.rejects(stranger.sendToAll({}), { statusCode: 401 });
});
