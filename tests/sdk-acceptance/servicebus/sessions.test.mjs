import assert from "node:assert/strict";
import { test } from "node:test";
import { ServiceBusClient } from "@azure/service-bus";
import { connectionString, createClient, patience, receiveCount, receiveOne, unique } from "./support.mjs";

const client = createClient();
const sender = client.createSender("sessions");

test("a session's messages come in order to the one receiver that holds it", async () => {
  const [a, b] = [unique("a"), unique("b")];
  await sender.sendMessages([1, 2, 3].flatMap((n) => [
    { body: `a${n}`, sessionId: a },
    { body: `b${n}`, sessionId: b },
  ]));

  const session = await client.acceptSession("sessions", a);
  const received = await receiveCount(session, 3);

  assert.equal(session.sessionId, a);
  assert.deepEqual(received.map((message) => message.body), ["a1", "a2", "a3"]);
  assert.ok(received.every((message) => message.sessionId === a));
  const locked = session.sessionLockedUntilUtc.getTime() - Date.now();
  assert.ok(locked > 30_000 && locked <= 60_000, `locked for ${locked} ms`);
  for (const message of received) {
    await session.completeMessage(message);
  }
  await session.close();
});

test("a held session cannot be accepted, a closed one can", async () => {
  const sessionId = unique("held");
  await sender.sendMessages({ body: "one", sessionId });
  const holder = await client.acceptSession("sessions", sessionId);

  await assert.rejects(client.acceptSession("sessions", sessionId), { code: "SessionCannotBeLocked" });

  await holder.close();
  const next = await client.acceptSession("sessions", sessionId);
  const message = await receiveOne(next);
  assert.equal(message.deliveryCount, 0);
  await next.completeMessage(message);
  await next.close();
});

test("accepting the next session gives each waiter another one", async () => {
  const next = client.createSender("next-sessions");
  const ids = [unique("next"), unique("next"), unique("next")];
  const waiters = ids.map(() => client.acceptNextSession("next-sessions"));

  await next.sendMessages(ids.map((sessionId) => ({ body: sessionId, sessionId })));

  const sessions = await Promise.all(waiters);
  assert.deepEqual(sessions.map((session) => session.sessionId).sort(), [...ids].sort());
  for (const session of sessions) {
    const message = await receiveOne(session);
    assert.equal(message.body, session.sessionId);
    await session.completeMessage(message);
    await session.close();
  }
});

test("when no session is there the wait ends with a time-out, and the connection lives", async () => {
  const hasty = createClient({ retryOptions: { maxRetries: 0, timeoutInMs: 1_000 } });

  await assert.rejects(hasty.acceptNextSession("next-sessions"), { code: "ServiceTimeout" });

  const sessionId = unique("after");
  await hasty.createSender("next-sessions").sendMessages({ body: "after", sessionId });
  const session = await hasty.acceptNextSession("next-sessions");
  assert.equal(session.sessionId, sessionId);
  const message = await receiveOne(session);
  await session.completeMessage(message);
  await session.close();
});

test("a session keeps its state over receivers, until it is cleared", async () => {
  const sessionId = unique("state");
  const first = await client.acceptSession("sessions", sessionId);
  assert.ok(!(await first.getSessionState()));
  await first.setSessionState({ step: 3, name: "früh" });
  await first.close();

  const second = await client.acceptSession("sessions", sessionId);
  assert.deepEqual(await second.getSessionState(), { step: 3, name: "früh" });
  await second.setSessionState(null);
  assert.ok(!(await second.getSessionState()));
  await second.close();
});

test("renewing a session's lock moves its end", async () => {
  const session = await client.acceptSession("sessions", unique("renew"));
  const first = session.sessionLockedUntilUtc.getTime();

  const renewed = await session.renewSessionLock();

  assert.ok(renewed.getTime() >= first);
  assert.equal(session.sessionLockedUntilUtc.getTime(), renewed.getTime());
  await session.close();
});

test("settlements in a session: abandon, defer, dead-letter", async () => {
  const sessionId = unique("settle");
  await sender.sendMessages(["abandon", "defer", "dead"].map((body) => ({ body, sessionId })));
  const session = await client.acceptSession("sessions", sessionId);
  const [first] = await receiveCount(session, 1);
  await session.abandonMessage(first);
  const [again, defer, dead] = await receiveCount(session, 3);
  assert.deepEqual([again.body, defer.body, dead.body], ["abandon", "defer", "dead"]);
  assert.equal(again.deliveryCount, 1);

  await session.completeMessage(again);
  await session.deferMessage(defer);
  await session.deadLetterMessage(dead, { deadLetterReason: "because" });

  const [deferred] = await session.receiveDeferredMessages(defer.sequenceNumber);
  assert.equal(deferred.body, "defer");
  await session.completeMessage(deferred);
  assert.deepEqual(await session.peekMessages(10), []);
  const letters = client.createReceiver("sessions", { subQueueType: "deadLetter" });
  const letter = await receiveOne(letters);
  assert.equal(letter.deadLetterReason, "because");
  assert.equal(letter.sessionId, sessionId);
  await letters.completeMessage(letter);
  await Promise.all([session.close(), letters.close()]);
});

test("peeking in a session shows only that session", async () => {
  const [mine, other] = [unique("peek"), unique("peek")];
  await sender.sendMessages([{ body: "mine", sessionId: mine }, { body: "other", sessionId: other }]);
  const session = await client.acceptSession("sessions", mine);

  const peeked = await session.peekMessages(10);

  assert.deepEqual(peeked.map((message) => message.body), ["mine"]);
  const message = await receiveOne(session);
  await session.completeMessage(message);
  await session.close();
});

test("a streaming session receiver gets what is sent while it listens", async () => {
  const sessionId = unique("stream");
  const session = await client.acceptSession("sessions", sessionId);
  const seen = [];
  const all = new Promise((resolve, reject) => {
    session.subscribe({
      async processMessage(message) {
        seen.push(message.body);
        if (seen.length === 30) resolve();
      },
      async processError(args) {
        reject(args.error);
      },
    });
  });

  for (let i = 0; i < 30; i++) {
    await sender.sendMessages({ body: i, sessionId });
  }

  await all;
  assert.deepEqual(seen, Array.from({ length: 30 }, (_, i) => i));
  await session.close();
});

test("a client that vanishes gives its session back at once", async () => {
  const sessionId = unique("vanish");
  await sender.sendMessages({ body: "left behind", sessionId });
  const vanishing = new ServiceBusClient(connectionString, { retryOptions: { maxRetries: 0, timeoutInMs: patience } });
  const held = await vanishing.acceptSession("sessions", sessionId);
  await receiveOne(held);
  await vanishing.close();

  const session = await client.acceptSession("sessions", sessionId);
  const message = await receiveOne(session);

  assert.equal(message.body, "left behind");
  assert.equal(message.deliveryCount, 0);
  await session.completeMessage(message);
  await session.close();
});

test("receivers and senders that do not fit the queue are told so", async () => {
  await assert.rejects(sender.sendMessages({ body: "no session" }));
  await assert.rejects(receiveOne(client.createReceiver("sessions"), 500));
  await assert.rejects(client.acceptSession("plain", "any"));
});

test("a session can be received and deleted, and scheduled into", async () => {
  const sessionId = unique("taken");
  const due = new Date(Date.now() + 300);
  await sender.sendMessages({ body: "now", sessionId });
  await sender.scheduleMessages({ body: "later", sessionId }, due);
  const session = await client.acceptSession("sessions", sessionId, { receiveMode: "receiveAndDelete" });

  const messages = await receiveCount(session, 2);

  assert.deepEqual(messages.map((message) => message.body), ["now", "later"]);
  assert.ok(Date.now() >= due.getTime() - 50);
  assert.deepEqual(await session.peekMessages(10), []);
  await session.close();
});

test("a message of a session that is abandoned comes first again, with its changes", async () => {
  const sessionId = unique("order");
  await sender.sendMessages([1, 2, 3].map((body) => ({ body, sessionId })));
  const session = await client.acceptSession("sessions", sessionId);
  const [first] = await receiveCount(session, 1);

  await session.abandonMessage(first, { tried: 1 });

  const again = await receiveCount(session, 3);
  assert.deepEqual(again.map((message) => message.body), [1, 2, 3]);
  assert.deepEqual(again[0].applicationProperties, { tried: 1 });
  for (const message of again) await session.completeMessage(message);
  await session.close();
});

test("a session's state has a limit, and is refused beyond it", async () => {
  const session = await client.acceptSession("sessions", unique("state"));

  await session.setSessionState("x".repeat(200_000));
  await assert.rejects(session.setSessionState("x".repeat(300_000)));

  assert.equal((await session.getSessionState()).length, 200_000);
  await session.setSessionState(null);
  await session.close();
});

test("the next session is the one that has waited longest", async () => {
  const ids = [unique("waiting"), unique("waiting")];
  const next = client.createSender("listened-sessions");
  for (const sessionId of ids) await next.sendMessages({ body: sessionId, sessionId });

  for (const sessionId of ids) {
    const session = await client.acceptNextSession("listened-sessions", { receiveMode: "receiveAndDelete" });
    assert.equal(session.sessionId, sessionId);
    assert.equal((await receiveOne(session)).body, sessionId);
    await session.close();
  }
});
