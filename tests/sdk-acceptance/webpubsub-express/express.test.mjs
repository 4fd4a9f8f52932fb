// @azure/web-pubsub-express 1.1.0 on a real express server as the event handler of an emulator.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { WebPubSubEventHandler } from "@azure/web-pubsub-express";
import { Inbox, createService, openPlain, startClient, startEmulator, startServer, within } from "./support.mjs";

const events = new Inbox();
const requests = [];
const clients = [];
let server;
let emulator;

const of = (name, connectionId) => (event) =>
  event.name === name && (connectionId === undefined || event.request.context.connectionId === connectionId);

async function start(hub, options) {
  const started = await startClient(emulator, hub, options);
  clients.push(started.client);
  return started;
}

function handleConnect(request, response) {
  events.put({ name: "connect", request });
  switch (request.context.userId) {
    case "refused":
      response.fail(401, "not you");
      break;
    case "broken":
      response.fail(500);
      break;
    case "named":
      response.setState("since", 1);
      response.setState("tags", ["a", "ü"]);
      response.success({ userId: "renamed", groups: ["chosen"], roles: ["webpubsub.sendToGroup"] });
      break;
    case "nothing":
      response.success();
      break;
    default:
      response.success({});
  }
}

function handleUserEvent(request, response) {
  // The states are kept as they were told, since the response changes them in place.
  events.put({ name: request.context.eventName, request, states: { ...request.context.states } });
  switch (request.context.eventName) {
    case "echo":
    case "message":
      response.success(
        request.dataType === "json" ? JSON.stringify(request.data) : request.data, request.dataType);
      break;
    case "count":
      response.setState("count", (request.context.states.count ?? 0) + 1);
      response.success();
      break;
    case "refuse":
      response.fail(400, "no");
      break;
    default:
      response.success();
  }
}

before(async () => {
  server = await startServer();
  server.requests((request) => requests.push({ method: request.method, url: request.url, headers: request.headers }));
  server.add(new WebPubSubEventHandler("chat", {
    path: "/eventhandler",
    handleConnect,
    handleUserEvent,
    onConnected: (request) => events.put({ name: "connected", request }),
    onDisconnected: (request) => events.put({ name: "disconnected", request }),
  }));
  server.add(new WebPubSubEventHandler("bare"));
  server.add(new WebPubSubEventHandler("strange", { path: "/strange", allowedEndpoints: ["https://a.webpubsub.azure.com"] }));
  emulator = await startEmulator({
    chat: `${server.url}/eventhandler?code=k%26y`,
    bare: `${server.url}/api/webpubsub/hubs/{hub}/`,
    picky: `${server.url}/picky`,
    strange: `${server.url}/strange`,
  });
  server.add(new WebPubSubEventHandler("picky", {
    path: "/picky", handleUserEvent, allowedEndpoints: ["https://a.webpubsub.azure.com", emulator.endpoint],
  }));
});

after(async () => {
  clients.forEach((client) => client.stop());
  const code = await emulator.stop();
  server.stop();
  assert.equal(code, 0);
});

test("connect tells claims, queries, headers and subprotocols", async () => {
  const { connectionId } = await start("chat", { userId: "ada", roles: ["r1", "r2"], groups: ["g1"], query: "&page=1&page=2" });

  const { request } = await events.next("connect", of("connect", connectionId));
  assert.equal(request.context.hub, "chat");
  assert.equal(request.context.userId, "ada");
  assert.equal(request.context.eventName, "connect");
  assert.equal(request.context.origin, new URL(emulator.endpoint).host);
  assert.match(request.context.signature, /^sha256=[0-9a-f]{64}$/);
  assert.deepEqual(request.claims.sub, ["ada"]);
  assert.deepEqual(request.claims.role, ["r1", "r2"]);
  assert.deepEqual(request.claims["webpubsub.group"], ["g1"]);
  assert.deepEqual(request.queries.page, ["1", "2"]);
  assert.equal(request.queries.access_token, undefined);
  assert.deepEqual(request.subprotocols, ["json.webpubsub.azure.v1"]);
  assert.ok(Object.keys(request.headers).length > 0);
});

test("what connect decides holds: user, groups, roles, states", async () => {
  const { client, connectionId, userId } = await start("chat", { userId: "named" });

  assert.equal(userId, "renamed");
  const { request } = await events.next("connected", of("connected", connectionId));
  assert.equal(request.context.userId, "renamed");
  assert.deepEqual(request.context.states, { since: 1, tags: ["a", "ü"] });
  assert.equal(await createService(emulator, "chat").userExists("renamed"), true);
  const members = [];
  for await (const member of await createService(emulator, "chat").group("chosen").listConnections()) members.push(member);
  assert.deepEqual(members, [{ connectionId, userId: "renamed" }]);
  await client.sendToGroup("chosen", "may send", "text");
  await assert.rejects(client.joinGroup("other"), (error) => error.errorDetail?.name === "Forbidden");
});

test("a handler that adds nothing leaves all as the token says", async () => {
  const { userId } = await start("chat", { userId: "nothing" });

  assert.equal(userId, "nothing");
});

test("a refusal of connect is the status of the handshake", async () => {
  assert.equal((await openPlain(emulator, "chat", { userId: "refused" })).status, 401);
  assert.equal(await createService(emulator, "chat").userExists("refused"), false);
});

test("a failure of connect fails the handshake, after it was tried again", async () => {
  assert.equal((await openPlain(emulator, "chat", { userId: "broken" })).status, 500);
  const tries = [];
  while (tries.length < 4) {
    tries.push(await events.next("a try", (event) => event.name === "connect" && event.request.context.userId === "broken"));
  }
  assert.equal(new Set(tries.map((event) => event.request.context.connectionId)).size, 1);
});

test("user events arrive typed, and the answer comes back typed", async () => {
  const { client, inbox, connectionId } = await start("chat", { userId: "ada" });
  const bytes = new Uint8Array([0, 1, 255]);

  await client.sendEvent("echo", { n: [1, null, "ü"] }, "json");
  await client.sendEvent("echo", "héllo", "text");
  await client.sendEvent("echo", bytes.buffer, "binary");

  const told = [];
  for (let i = 0; i < 3; i++) told.push((await events.next("echo", of("echo", connectionId))).request);
  assert.deepEqual(told.map((request) => request.dataType), ["json", "text", "binary"]);
  assert.deepEqual(told[0].data, { n: [1, null, "ü"] });
  assert.equal(told[1].data, "héllo");
  assert.deepEqual([...told[2].data], [...bytes]);
  const answers = [await inbox.next("json"), await inbox.next("text"), await inbox.next("bytes")];
  assert.deepEqual(answers.map((answer) => answer.dataType), ["json", "text", "binary"]);
  assert.deepEqual(answers[0].data, { n: [1, null, "ü"] });
  assert.equal(answers[1].data, "héllo");
  assert.deepEqual([...new Uint8Array(answers[2].data)], [...bytes]);
});

test("a success without data sends nothing to the client", async () => {
  const { client, inbox } = await start("chat");

  await client.sendEvent("silent", { n: 1 }, "json");
  await client.sendEvent("echo", "end", "text");

  assert.equal((await inbox.next("the echo")).data, "end");
  assert.equal(inbox.count(() => true), 0);
});

test("states set by one event are told with the next", async () => {
  const { client, connectionId } = await start("chat");

  for (let i = 0; i < 3; i++) await client.sendEvent("count", "", "text");

  const seen = [];
  for (let i = 0; i < 3; i++) seen.push((await events.next("count", of("count", connectionId))).states);
  assert.deepEqual(seen, [{}, { count: 1 }, { count: 2 }]);
  client.stop();
  const { request } = await events.next("disconnected", of("disconnected", connectionId));
  assert.deepEqual(request.context.states, { count: 3 });
});

test("disconnected tells why", async () => {
  const { connectionId } = await start("chat");

  await createService(emulator, "chat").closeConnection(connectionId, { reason: "enough" });

  const { request } = await events.next("disconnected", of("disconnected", connectionId));
  assert.equal(request.reason, "enough");
});

test("an event that the handler refuses fails the send", async () => {
  const { client, stopped } = await start("chat");

  await assert.rejects(
    client.sendEvent("refuse", "x", "text"), (error) => error.errorDetail?.name === "InternalServerError");

  await within("the end of the connection", stopped);
});

test("frames of a plain client are the event message, and answers are bare frames", async () => {
  const { socket, inbox, status } = await openPlain(emulator, "chat", { userId: "plain" });
  assert.equal(status, 101);

  socket.send("text ü");
  socket.send(new Uint8Array([7, 8]));

  const first = await inbox.next("a text frame");
  const second = await inbox.next("a binary frame");
  assert.deepEqual([first.data.toString(), first.isBinary], ["text ü", false]);
  assert.deepEqual([[...second.data], second.isBinary], [[7, 8], true]);
  const told = [await events.next("message", of("message")), await events.next("message", of("message"))];
  assert.deepEqual(told.map((event) => event.request.dataType), ["text", "binary"]);
  socket.close();
});

test("a handler without any function lets everything pass", async () => {
  const { client, userId } = await start("bare", { userId: "ada" });

  await client.sendEvent("anything", { n: 1 }, "json");

  assert.equal(userId, "ada");
});

test("a handler that allows this instance by its endpoint is called, another is not", async () => {
  const { client, inbox } = await start("picky");
  await client.sendEvent("echo", "hello", "text");
  assert.equal((await inbox.next("the echo")).data, "hello");

  assert.equal((await openPlain(emulator, "strange")).status, 500);
  assert.deepEqual(requests.filter((request) => request.url.startsWith("/strange") && request.method === "POST"), []);
});

test("consent is asked once per handler, with origin and version, and the query stays in the URL", async () => {
  const asked = requests.filter((request) => request.method === "OPTIONS" && request.url.startsWith("/eventhandler"));

  assert.equal(asked[0].url, "/eventhandler?code=k%26y");
  assert.equal(asked[0].headers["webhook-request-origin"], new URL(emulator.endpoint).host);
  assert.equal(asked[0].headers["ce-awpsversion"], "1.0");
  const posted = requests.filter((request) => request.method === "POST" && request.url.startsWith("/eventhandler"));
  assert.ok(posted.every((request) => request.url === "/eventhandler?code=k%26y"));
  assert.ok(posted.every((request) => request.headers["ce-specversion"] === "1.0"));
});
